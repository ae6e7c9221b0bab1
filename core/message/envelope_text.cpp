// The spellings in which an envelope leaves: canonical, archive entry, gossip payload.
#include "core/message/envelope.hpp"
#include "core/message/json_tools.hpp"
#include "core/message/percent.hpp"

namespace lastmile::message {
namespace {

void append_key(std::string& out, std::string_view key) {
  out.push_back(out.size() > 1 ? ',' : '{');
  out.push_back('"');
  out.append(key);
  out.append("\":");
}

// For texts that need no escapes.
void append_plain(std::string& out, std::string_view key, std::string_view text) {
  append_key(out, key);
  out.push_back('"');
  out.append(text);
  out.push_back('"');
}

void append_text(std::string& out, std::string_view key, std::string_view text) {
  append_key(out, key);
  append_json_string(out, text);
}

void append_text_or_null(std::string& out, std::string_view key, const std::optional<std::string>& text) {
  append_key(out, key);
  if (text) {
    append_json_string(out, *text);
  } else {
    out.append("null");
  }
}

std::size_t number_size(double number) {
  std::string text;
  append_json_number(text, number);
  return text.size();
}

}  // namespace

std::string serialize_envelope(const Envelope& envelope) {
  std::string out;
  out.reserve(320 + (envelope.item_content ? envelope.item_content->size() * 5 / 4 : 0) +
              (envelope.signature ? envelope.signature->size() : 0));
  append_plain(out, "chain", crypto::chain_text(envelope.chain));
  if (envelope.channel) append_text(out, "channel", *envelope.channel);
  if (envelope.is_tombstone()) {
    append_key(out, "forgotten_by");
    char before = '[';
    for (const ItemHash& hash : envelope.forgotten_by) {
      out.push_back(before);
      append_json_string(out, hash.view());
      before = ',';
    }
    out.push_back(']');
    if (envelope.forgotten_with) append_plain(out, "forgotten_with", envelope.forgotten_with->view());
  }
  if (envelope.item_content) append_text(out, "item_content", *envelope.item_content);
  append_plain(out, "item_hash", envelope.item_hash.view());
  append_plain(out, "item_type", item_type_text(envelope.item_type));
  append_text(out, "sender", envelope.sender);
  if (envelope.signature) append_text(out, "signature", *envelope.signature);
  append_key(out, "time");
  append_json_number(out, envelope.time_number);
  append_plain(out, "type", type_text(envelope.type));
  out.push_back('}');
  return out;
}

std::size_t serialized_size(const Envelope& envelope) {
  // Each member costs its key, two quotes, a colon, and the brace or comma before it; the value comes on top.
  constexpr std::size_t kMember = 4;
  constexpr std::size_t kQuotes = 2;
  std::size_t size = 1;  // the closing brace
  const auto plain = [&](std::string_view key, std::size_t value) { size += kMember + key.size() + kQuotes + value; };
  const auto text = [&](std::string_view key, const std::string& value) {
    size += kMember + key.size() + json_string_size(value);
  };
  plain("chain", crypto::chain_text(envelope.chain).size());
  if (envelope.channel) text("channel", *envelope.channel);
  if (envelope.is_tombstone()) {
    size += kMember + std::string_view("forgotten_by").size() + 1 + envelope.forgotten_by.size();
    for (const ItemHash& hash : envelope.forgotten_by) size += kQuotes + hash.view().size();
    if (envelope.forgotten_with) plain("forgotten_with", envelope.forgotten_with->view().size());
  }
  if (envelope.item_content) text("item_content", *envelope.item_content);
  plain("item_hash", envelope.item_hash.view().size());
  plain("item_type", item_type_text(envelope.item_type).size());
  text("sender", envelope.sender);
  if (envelope.signature) text("signature", *envelope.signature);
  size += kMember + std::string_view("time").size() + number_size(envelope.time_number);
  plain("type", type_text(envelope.type).size());
  return size;
}

std::string serialize_archive_entry(const Envelope& envelope) {
  std::string out;
  append_text(out, "sender", envelope.sender);
  append_plain(out, "chain", crypto::chain_text(envelope.chain));
  append_text_or_null(out, "signature", envelope.signature);
  append_plain(out, "type", type_text(envelope.type));
  append_text_or_null(out, "item_content", envelope.item_content);
  append_plain(out, "item_type", item_type_text(envelope.item_type));
  append_plain(out, "item_hash", envelope.item_hash.view());
  append_key(out, "time");
  append_json_number(out, envelope.time_number);
  append_text_or_null(out, "channel", envelope.channel);
  out.push_back('}');
  return out;
}

std::string gossip_payload(const Envelope& envelope, Behaviour percent_decoding) {
  std::string text = serialize_envelope(envelope);
  if (percent_decoding == Behaviour::as_reference) return text;
  return percent_protect(text);
}

}  // namespace lastmile::message
