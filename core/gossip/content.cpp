#include "core/gossip/content.hpp"

#include "core/base/check.hpp"
#include "core/base/siphash.hpp"
#include "core/crypto/cid.hpp"
#include "core/crypto/hash.hpp"
#include "core/gossip/mix.hpp"
#include "core/gossip/protobuf.hpp"
#include "core/ipfs/file_builder.hpp"

namespace lastmile::gossip {
namespace {

constexpr std::string_view kEnvelopePrefix = "envelope:";

// Field numbers differ between request and answer, so that one decoder tells them apart.
constexpr int kWanted = 1;
constexpr int kOnlyHave = 2;
constexpr int kItem = 3;
constexpr int kAnswerMark = 4;  // varint 1: an answer, also when it has no items

std::size_t name_size(const ContentName& name) {
  return pb::varint_field_size(static_cast<std::uint64_t>(name.kind)) + pb::bytes_field_size(name.hash.view().size());
}
void put_name(Bytes& out, const ContentName& name) {
  pb::put_varint_field(out, 1, static_cast<std::uint64_t>(name.kind));
  pb::put_text_field(out, 2, name.hash.view());
}

std::size_t item_size(const ContentItem& item) {
  return name_size(item.name) + pb::varint_field_size(static_cast<std::uint64_t>(item.availability)) +
         pb::varint_field_size(item.size) + (item.bytes ? pb::bytes_field_size(item.bytes->size()) : 0);
}

std::size_t size_of(const ContentRequest& request) {
  std::size_t sum = request.only_have ? pb::varint_field_size(1) : 0;
  for (const ContentName& name : request.wanted) sum += pb::bytes_field_size(name_size(name));
  return sum;
}
std::size_t size_of(const ContentAnswer& answer) {
  std::size_t sum = pb::varint_field_size(1);
  for (const ContentItem& item : answer.items) sum += pb::bytes_field_size(item_size(item));
  return sum;
}

void encode(const ContentRequest& request, Bytes& out) {
  for (const ContentName& name : request.wanted) {
    pb::put_length(out, kWanted, name_size(name));
    put_name(out, name);
  }
  if (request.only_have) pb::put_varint_field(out, kOnlyHave, 1);
}
void encode(const ContentAnswer& answer, Bytes& out) {
  for (const ContentItem& item : answer.items) {
    pb::put_length(out, kItem, item_size(item));
    put_name(out, item.name);
    pb::put_varint_field(out, 3, static_cast<std::uint64_t>(item.availability));
    pb::put_varint_field(out, 4, item.size);
    if (item.bytes) pb::put_text_field(out, 5, *item.bytes);
  }
  pb::put_varint_field(out, kAnswerMark, 1);
}

std::uint64_t mix_name(std::uint64_t h, const ContentName& name) {
  return mix(mix(h, static_cast<std::uint64_t>(name.kind)), siphash_2_4({}, as_bytes(name.hash.view())));
}
std::uint64_t digest_of(const ContentRequest& request) {
  std::uint64_t h = request.only_have ? 2 : 1;
  for (const ContentName& name : request.wanted) h = mix_name(h, name);
  return h;
}
// Content is covered by its name; an envelope is small.
std::uint64_t digest_of(const ContentAnswer& answer) {
  std::uint64_t h = 3;
  for (const ContentItem& item : answer.items) {
    h = mix(mix(mix_name(h, item.name), static_cast<std::uint64_t>(item.availability)), item.size);
    if (item.bytes && item.name.kind == ContentKind::envelope) h = mix(h, siphash_2_4({}, as_bytes(*item.bytes)));
  }
  return h;
}

Error refused(const char* why) { return Error{std::string("content message: ") + why}; }

// The two fields of a name, as far as they were read.
struct NameFields {
  std::uint64_t kind = 0;
  std::optional<message::ItemHash> hash;
  void read(const pb::Field& field) {
    if (field.is_varint(1)) kind = field.value;
    if (field.is_bytes(2)) hash = message::ItemHash::parse(as_text(field.bytes));
  }
  std::optional<ContentName> name() const {
    if (!hash || kind > 1) return std::nullopt;
    return ContentName{static_cast<ContentKind>(kind), *hash};
  }
};

std::optional<ContentName> read_name(ByteView bytes) {
  NameFields fields;
  pb::Reader reader(bytes);
  while (const auto field = reader.next()) fields.read(*field);
  return reader.ok() ? fields.name() : std::nullopt;
}

// Empty when malformed.
std::optional<ContentItem> read_item(ByteView bytes) {
  NameFields fields;
  ContentItem item;
  std::uint64_t availability = 0;
  pb::Reader reader(bytes);
  while (const auto field = reader.next()) {
    fields.read(*field);
    if (field->is_varint(3)) availability = field->value;
    if (field->is_varint(4)) item.size = field->value;
    if (field->is_bytes(5)) {
      if (field->bytes.size() > kInlineBytesMax) return std::nullopt;
      item.bytes = std::make_shared<const std::string>(as_text(field->bytes));
    }
  }
  const auto name = fields.name();
  if (!reader.ok() || !name || availability > 3) return std::nullopt;
  item.name = *name;
  item.availability = static_cast<Availability>(availability);
  const bool inside = item.availability == Availability::inside;
  if (inside != (item.bytes != nullptr) || (inside && item.bytes->size() != item.size)) return std::nullopt;
  return item;
}

}  // namespace

std::string content_name(const ContentName& name) {
  std::string text(name.kind == ContentKind::envelope ? kEnvelopePrefix : "");
  text += name.hash.view();
  return text;
}

Result<ContentName> parse_content_name(std::string_view text) {
  ContentName name;
  if (text.starts_with(kEnvelopePrefix)) {
    name.kind = ContentKind::envelope;
    text.remove_prefix(kEnvelopePrefix.size());
  }
  const auto hash = message::ItemHash::parse(text);
  if (!hash) return Error{"content name: not an item hash"};
  name.hash = *hash;
  return name;
}

bool operator==(const ContentItem& a, const ContentItem& b) {
  if (a.name != b.name || a.availability != b.availability || a.size != b.size) return false;
  if ((a.bytes == nullptr) != (b.bytes == nullptr)) return false;
  return a.bytes == nullptr || *a.bytes == *b.bytes;
}

ContentBody::ContentBody(ContentMessage message)
    : FrameBody(env::FrameKind::content, std::visit([](const auto& m) { return size_of(m); }, message),
                std::visit([](const auto& m) { return digest_of(m); }, message)),
      message_(std::move(message)) {
  LM_CHECK(wire_size() <= kContentFrameBytesMax);
}

Bytes ContentBody::encode() const {
  Bytes out;
  out.reserve(wire_size());
  std::visit([&](const auto& m) { gossip::encode(m, out); }, message_);
  return out;
}

Result<ContentMessage> decode_content(ByteView bytes) {
  if (bytes.size() > kContentFrameBytesMax) return refused("above the limit");
  ContentRequest request;
  ContentAnswer answer;
  bool is_answer = false;
  pb::Reader reader(bytes);
  while (const auto field = reader.next()) {
    if (field->is_bytes(kWanted)) {
      if (request.wanted.size() >= kContentNamesMax) return refused("too many names");
      const auto name = read_name(field->bytes);
      if (!name) return refused("malformed name");
      request.wanted.push_back(*name);
    } else if (field->is_varint(kOnlyHave)) {
      request.only_have = field->value != 0;
    } else if (field->is_bytes(kItem)) {
      if (answer.items.size() >= kContentNamesMax) return refused("too many items");
      auto item = read_item(field->bytes);
      if (!item) return refused("malformed item");
      answer.items.push_back(std::move(*item));
    } else if (field->is_varint(kAnswerMark)) {
      is_answer = field->value == 1;
    }
  }
  if (!reader.ok()) return refused("malformed protobuf");
  if (is_answer ? !request.wanted.empty() : !answer.items.empty()) return refused("neither request nor answer");
  if (is_answer) return ContentMessage(std::move(answer));
  return ContentMessage(std::move(request));
}

Result<ContentMessage> content_message(const env::Frame& frame) {
  if (frame->kind() == env::FrameKind::content) return static_cast<const ContentBody&>(*frame).message();
  if (frame->kind() != env::FrameKind::bytes) return refused("not a content frame");
  return decode_content(static_cast<const env::BytesBody&>(*frame).bytes());
}

bool AnswerBuilder::fits(std::size_t bytes) const { return inside_ + bytes <= kAnswerBytesMax; }

void AnswerBuilder::absent(const ContentName& name) {
  answer_.items.push_back({name, Availability::absent, 0, nullptr});
}

void AnswerBuilder::have(const ContentName& name, env::Value bytes) {
  LM_CHECK(bytes != nullptr);
  const std::uint64_t size = bytes->size();
  if (size > kInlineBytesMax) {
    have_large(name, size);
  } else if (only_have_ || !fits(size)) {
    answer_.items.push_back({name, Availability::later, size, nullptr});
  } else {
    inside_ += size;
    answer_.items.push_back({name, Availability::inside, size, std::move(bytes)});
  }
}

void AnswerBuilder::have_large(const ContentName& name, std::uint64_t size) {
  answer_.items.push_back({name, Availability::large, size, nullptr});
}

bool content_matches(const ContentName& name, ByteView bytes) {
  if (name.kind == ContentKind::envelope) return true;
  if (const auto digest = name.hash.digest()) return crypto::sha256(bytes) == *digest;
  const auto cid = crypto::Cid::parse(name.hash.view());
  return cid && ipfs::content_has_cid(bytes, *cid);
}

}  // namespace lastmile::gossip
