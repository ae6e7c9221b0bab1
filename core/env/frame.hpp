// What travels between peers: immutable, shared by all receivers, with its exact wire size and a digest made once.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "core/base/bytes.hpp"
#include "core/base/check.hpp"

namespace lastmile::env {

// Which room decodes a body. One list, so that a receiver can ask "is this already my type?" without RTTI.
enum class FrameKind : std::uint8_t { bytes, gossip_rpc, reconcile, content, heads, opaque };

// A decoded message or plain bytes. The owner room derives from it; size and digest are fixed when it is made.
// wire_size() must equal encode().size() (a property test of the owning room), so that the simulator may charge for
// bytes that were never written.
class FrameBody {
 public:
  virtual ~FrameBody() = default;
  FrameBody(const FrameBody&) = delete;
  FrameBody& operator=(const FrameBody&) = delete;

  FrameKind kind() const { return kind_; }
  std::size_t wire_size() const { return wire_size_; }
  std::uint64_t digest() const { return digest_; }
  virtual Bytes encode() const = 0;

 protected:
  FrameBody(FrameKind kind, std::size_t wire_size, std::uint64_t digest)
      : wire_size_(wire_size), digest_(digest), kind_(kind) {}

 private:
  friend class Frame;
  std::size_t wire_size_;
  std::uint64_t digest_;
  mutable std::atomic<std::uint32_t> owners_{0};
  FrameKind kind_;
};

// Shared ownership of one body; copying costs one counter. Never empty after construction from a body.
class Frame {
 public:
  Frame() = default;
  explicit Frame(const FrameBody* body) : body_(body) { retain(); }
  Frame(const Frame& other) : body_(other.body_) { retain(); }
  Frame(Frame&& other) noexcept : body_(std::exchange(other.body_, nullptr)) {}
  Frame& operator=(Frame other) noexcept {
    std::swap(body_, other.body_);
    return *this;
  }
  ~Frame() { release(); }

  template <class Body, class... Args>
  static Frame make(Args&&... args) {
    return Frame(new Body(std::forward<Args>(args)...));
  }
  static Frame of_bytes(Bytes bytes);  // kind FrameKind::bytes

  explicit operator bool() const { return body_ != nullptr; }
  const FrameBody& operator*() const { return *body_; }
  const FrameBody* operator->() const { return body_; }
  const FrameBody* get() const { return body_; }

  // The engine keeps frames in plain event records: detach() hands the reference over, adopt() takes it back.
  const FrameBody* detach() { return std::exchange(body_, nullptr); }
  static Frame adopt(const FrameBody* body) {
    Frame frame;
    frame.body_ = body;
    return frame;
  }

 private:
  void retain() const {
    if (body_ != nullptr) body_->owners_.fetch_add(1, std::memory_order_relaxed);
  }
  void release() {
    if (body_ != nullptr && body_->owners_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete body_;
  }
  const FrameBody* body_ = nullptr;
};

// Bytes as they came from a socket; the room that owns the protocol decodes them.
class BytesBody final : public FrameBody {
 public:
  explicit BytesBody(Bytes bytes);
  const Bytes& bytes() const { return bytes_; }
  Bytes encode() const override { return bytes_; }

 private:
  Bytes bytes_;
};

}  // namespace lastmile::env
