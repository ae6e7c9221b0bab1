#include "scenarios/engine/traffic/writer.hpp"

#include "core/crypto/hash.hpp"
#include "core/message/limits.hpp"
#include "scenarios/engine/text/json.hpp"

namespace lastmile::scenario {

std::string seconds_text(Wall time) {
  const std::int64_t micros = (time.ns + 500) / 1000;
  std::string digits = std::to_string(micros % 1'000'000);
  digits.insert(0, 6 - digits.size(), '0');
  while (digits.size() > 1 && digits.back() == '0') digits.pop_back();
  return std::to_string(micros / 1'000'000) + "." + digits;
}

std::string content_head(std::string_view address, Wall time) {
  return "{\"address\":" + compact(Json(address)) + ",\"time\":" + seconds_text(time);
}

std::string filler(Generator& draws, std::size_t length) {
  static constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .";
  static_assert(kLetters.size() == 64);
  std::string out;
  out.reserve(length);
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < length; ++i) {
    if (i % 10 == 0) bits = draws.next();
    out += kLetters[bits & 63];
    bits >>= 6;
  }
  return out;
}

Bytes file_bytes(Generator& draws, std::size_t length) {
  Bytes out(length);
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < length; ++i) {
    if (i % 8 == 0) bits = draws.next();
    out[i] = static_cast<std::uint8_t>(bits);
    bits >>= 8;
  }
  return out;
}

message::Envelope envelope_head(const crypto::Account& sender, message::Type type, std::string_view content,
                                Wall time) {
  message::Envelope envelope;
  envelope.sender = sender.address();
  envelope.chain = sender.chain();
  envelope.type = type;
  envelope.item_hash = message::ItemHash::of(crypto::sha256(content));
  envelope.time = {(time.ns + 500) / 1000 * 1000};
  envelope.time_number = message::seconds_of_wall(envelope.time);
  return envelope;
}

void seal(Publication& publication, const crypto::Account& account, message::Type type, std::string content, Wall time,
          std::string_view channel) {
  message::Envelope envelope = envelope_head(account, type, content, time);
  envelope.channel = std::string(channel);
  if (content.size() < message::kInlineSwitchOverBytes) {
    envelope.item_type = message::ItemType::inlined;
    envelope.item_content = std::move(content);
  } else {
    envelope.item_type = message::ItemType::storage;
    publication.uploads.push_back({envelope.item_hash, std::make_shared<const Bytes>(to_bytes(content))});
  }
  const std::string hash = envelope.item_hash.text();
  envelope.signature = account.sign(message::type_text(type), hash, envelope.time_number);
  publication.type = type;
  publication.item_hash = envelope.item_hash;
  publication.sender = envelope.sender;
  publication.signature = *envelope.signature;
  publication.envelope = message::serialize_envelope(envelope);
}

}  // namespace lastmile::scenario
