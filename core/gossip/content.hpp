// "Have you these hashes, give me what is small": request and answer of the content protocol (messages.md 5P.4 and
// architecture.md 8; env::Protocol::content, FrameKind::content). An extension of ours, length-prefixed protobuf:
//
//   request  = 1 repeated { kind = 1 varint, hash = 2 text }, only_have = 2 bool
//   answer   = 3 repeated { kind = 1 varint, hash = 2 text, availability = 3 varint, size = 4 varint, bytes = 5 }
//
// Items up to kInlineBytesMax travel inside the answer; larger ones are announced with their size and fetched in ranges
// with env::Network::fetch under the name content_name().
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "core/base/bytes.hpp"
#include "core/base/result.hpp"
#include "core/env/disk.hpp"
#include "core/env/frame.hpp"
#include "core/message/item_hash.hpp"

namespace lastmile::gossip {

inline constexpr std::size_t kContentNamesMax = 256;              // of one request
inline constexpr std::size_t kInlineBytesMax = 64 * 1024;         // of one item inside an answer
inline constexpr std::size_t kAnswerBytesMax = 512 * 1024;        // of one answer
inline constexpr std::size_t kContentFrameBytesMax = 768 * 1024;  // a decoder refuses more
static_assert(kAnswerBytesMax + kInlineBytesMax <= kContentFrameBytesMax);

enum class ContentKind : std::uint8_t {
  bytes = 0,     // content whose SHA-256 or CID is the hash
  envelope = 1,  // the signed envelope, as JSON, of the message with this item hash
};

struct ContentName {
  ContentKind kind = ContentKind::bytes;
  message::ItemHash hash;
  friend bool operator==(const ContentName&, const ContentName&) = default;
  friend std::strong_ordering operator<=>(const ContentName&, const ContentName&) = default;
};
std::string content_name(const ContentName& name);  // name of a range in env::ContentRange
Result<ContentName> parse_content_name(std::string_view text);

struct ContentRequest {
  std::vector<ContentName> wanted;
  bool only_have = false;  // answer availability and size, no bytes
  friend bool operator==(const ContentRequest&, const ContentRequest&) = default;
};

enum class Availability : std::uint8_t {
  absent = 0,
  inside = 1,  // the bytes are in the item
  large = 2,   // has it: fetch it in ranges
  later = 3,   // has it, the answer was full: ask again
};

struct ContentItem {
  ContentName name;
  Availability availability = Availability::absent;
  std::uint64_t size = 0;
  env::Value bytes;  // null unless inside
};
bool operator==(const ContentItem& a, const ContentItem& b);  // bytes by value

struct ContentAnswer {
  std::vector<ContentItem> items;
  friend bool operator==(const ContentAnswer&, const ContentAnswer&) = default;
};

using ContentMessage = std::variant<ContentRequest, ContentAnswer>;

class ContentBody final : public env::FrameBody {
 public:
  explicit ContentBody(ContentMessage message);
  static env::Frame of(ContentMessage message) { return env::Frame::make<ContentBody>(std::move(message)); }
  const ContentMessage& message() const { return message_; }
  Bytes encode() const override;

 private:
  ContentMessage message_;
};

// Refuses malformed bytes and everything above the limits of this header.
Result<ContentMessage> decode_content(ByteView bytes);
// From a frame of either kind: ours by reference, or bytes.
Result<ContentMessage> content_message(const env::Frame& frame);

// Collects the answer to a request under the limits: what does not fit any more is marked `later`.
class AnswerBuilder {
 public:
  explicit AnswerBuilder(bool only_have) : only_have_(only_have) {}
  void absent(const ContentName& name);
  void have(const ContentName& name, env::Value bytes);          // never null
  void have_large(const ContentName& name, std::uint64_t size);  // bytes stay where they are
  ContentAnswer take() { return std::move(answer_); }

 private:
  bool fits(std::size_t bytes) const;
  bool only_have_;
  std::size_t inside_ = 0;
  ContentAnswer answer_;
};

// Are these the bytes of this name? An envelope proves itself by its signature, later, in the ordinary inbox: always
// true.
bool content_matches(const ContentName& name, ByteView bytes);

}  // namespace lastmile::gossip
