#include "tools/cli/signed_message.hpp"

#include "core/crypto/hash.hpp"
#include "core/message/content.hpp"
#include "core/message/json_tools.hpp"
#include "core/message/limits.hpp"

namespace lastmile::tools {
namespace {

void add_text(std::string& out, std::string_view key, std::string_view text) {
  out.append(",\"").append(key).append("\":");
  message::append_json_string(out, text);
}

}  // namespace

std::string post_members(std::string_view type, std::string_view content, std::string_view ref) {
  std::string out;
  add_text(out, "type", type);
  out.append(",\"content\":").append(content);
  if (!ref.empty()) add_text(out, "ref", ref);
  return out;
}

std::string aggregate_members(std::string_view key, std::string_view content) {
  std::string out;
  add_text(out, "key", key);
  return out.append(",\"content\":").append(content);
}

std::string store_members(message::ItemType engine, std::string_view file_hash, std::string_view ref) {
  std::string out;
  add_text(out, "item_type", message::item_type_text(engine));
  add_text(out, "item_hash", file_hash);
  if (!ref.empty()) add_text(out, "ref", ref);
  return out;
}

std::string forget_members(const std::vector<std::string>& hashes, std::string_view reason) {
  std::string out = ",\"hashes\":[";
  for (const std::string& hash : hashes) {
    if (&hash != &hashes.front()) out += ',';
    message::append_json_string(out, hash);
  }
  out += ']';
  if (!reason.empty()) add_text(out, "reason", reason);
  return out;
}

Result<SignedMessage> sign_message(const Author& author, message::Type type, std::string_view members) {
  const auto wall = message::wall_of_seconds(author.time);
  if (!wall) return Error{"--time: expected seconds since 1970"};
  std::string content = "{\"address\":";
  message::append_json_string(content, author.owner.empty() ? author.account.address() : author.owner);
  content += ",\"time\":";
  message::append_json_number(content, message::seconds_of_wall(*wall));
  content.append(members).push_back('}');

  SignedMessage out;
  message::Envelope& envelope = out.envelope;
  envelope.sender = author.account.address();
  envelope.chain = author.account.chain();
  envelope.type = type;
  envelope.item_hash = message::ItemHash::of(crypto::sha256(content));
  envelope.time = *wall;
  envelope.time_number = message::seconds_of_wall(*wall);
  envelope.channel = author.channel;
  if (content.size() < message::kInlineSwitchOverBytes) {
    envelope.item_type = message::ItemType::inlined;
    envelope.item_content = content;
  } else {
    envelope.item_type = message::ItemType::storage;
    out.stored_content = content;
  }
  // As every node will read it.
  const auto again = message::parse_envelope(message::serialize_envelope(envelope));
  if (!again) return Error{again.error().detail};
  const auto read = envelope.item_content ? message::parse_inline_content(envelope)
                                          : message::parse_fetched_content(envelope, content);
  if (!read) return Error{read.error().detail};
  const std::string hash = envelope.item_hash.text();
  envelope.signature = author.account.sign(message::type_text(type), hash, envelope.time_number);
  return out;
}

}  // namespace lastmile::tools
