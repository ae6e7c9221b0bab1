// A stream of bytes to somewhere, over TCP or over WebSocket. On the loop only.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "core/base/bytes.hpp"
#include "core/base/callback.hpp"
#include "core/base/result.hpp"
#include "core/env/network.hpp"
#include "real/env/loop.hpp"
#include "real/p2p/wire/multiaddr.hpp"

namespace lastmile::p2p {

// Why it did not work; empty = it did.
using Failure = std::optional<env::CloseReason>;

// Answers never come inside a call. After close() they may still come, with a failure.
class ByteSocket {
 public:
  virtual ~ByteSocket() = default;
  // Connects, if it was not accepted, and does what comes before the first byte. Once, before anything else.
  virtual void open(Callback<void(Failure)> done) = 0;
  // At most one of each at a time; the bytes must stay where they are until the answer.
  virtual void read(std::span<std::uint8_t> space, Callback<void(Failure, std::size_t)> done) = 0;
  virtual void write(ByteView bytes, Callback<void(Failure)> done) = 0;
  virtual void close() = 0;
  // Where the other end is, once it is open; of an accepted one at once. As IP address and port.
  virtual std::optional<Multiaddr> remote() const = 0;
};

// source: IP address that it is bound to; empty = the system's choice. Null for TLS, which we do not have yet.
std::shared_ptr<ByteSocket> dialled_socket(real::Loop& loop, const DialTarget& target, const std::string& source);

// Accepts at one address, /ip4/.../tcp/N or that with /ws behind it.
class Listener {
 public:
  using OnAccept = std::function<void(std::shared_ptr<ByteSocket> socket, const std::string& ip)>;
  static Result<std::unique_ptr<Listener>> open(real::Loop& loop, const Multiaddr& address, OnAccept on_accept);
  virtual ~Listener() = default;
  virtual const Multiaddr& address() const = 0;  // with the real port
  virtual void stop() = 0;                       // no call after it
};

}  // namespace lastmile::p2p
