#include "core/message/envelope.hpp"

#include <array>
#include <bit>
#include <cmath>
#include <utility>

#include "core/crypto/hash.hpp"
#include "core/message/content.hpp"
#include "core/message/json_scan.hpp"
#include "core/message/json_view.hpp"
#include "core/message/limits.hpp"
#include "core/message/percent.hpp"

namespace lastmile::message {
namespace {

enum Field : std::size_t {
  kSender,
  kChain,
  kType,
  kItemType,
  kItemContent,
  kItemHash,
  kSignature,
  kTime,
  kChannel,
  kForgottenBy,
  kForgottenWith,
  kFieldCount
};
constexpr std::array<std::string_view, kFieldCount> kNames{"sender",       "chain",        "type",          "item_type",
                                                           "item_content", "item_hash",    "signature",     "time",
                                                           "channel",      "forgotten_by", "forgotten_with"};

// The raw text of each known field; empty when it is absent, null counts as absent. The last of repeated keys.
using Fields = std::array<std::string_view, kFieldCount>;

Fields collect(std::string_view object) {
  Fields fields;
  std::string room;
  scan::members(object, [&](std::string_view key, std::string_view value) {
    const std::string_view name = scan::characters(key, room);
    for (std::size_t i = 0; i < kFieldCount; ++i) {
      if (name == kNames[i]) {
        fields[i] = value == "null" ? std::string_view{} : value;
        break;
      }
    }
    return true;
  });
  return fields;
}

bool is_text(std::string_view raw) { return !raw.empty() && raw.front() == '"'; }

std::string text_of(std::string_view raw) {
  std::string out;
  scan::unescape(raw.substr(1, raw.size() - 2), out);
  return out;
}

// A short text of an enumeration, without allocation unless it has escapes.
std::string_view word_of(std::string_view raw, std::string& room) {
  return scan::characters(raw.substr(1, raw.size() - 2), room);
}

class Parser {
 public:
  Parser(std::string_view text, EnvelopeRules rules) : text_(text), rules_(rules) {}

  Result<Envelope, Refusal> run() {
    if (read()) return std::move(envelope_);
    return Refusal{ErrorCode::invalid_format, std::move(detail_), hash_};
  }

 private:
  bool refuse(std::string detail) {
    detail_ = std::move(detail);
    return false;
  }

  bool read() {
    if (text_.size() > kEnvelopeTextBytesMax) return refuse("the message is longer than any legal one");
    const auto view = JsonView::parse(text_);
    if (!view) return refuse(view.error().text);
    if (!view->is_object()) return refuse("an object expected");
    fields_ = collect(view->raw());
    return read_hash() && read_words() && read_texts() && read_time() && read_forgotten() && resolve_item_type() &&
           check_content();
  }

  // First, so that every later refusal can be recorded under it.
  bool read_hash() {
    if (fields_[kItemHash].empty()) return refuse("item_hash: required");
    if (!is_text(fields_[kItemHash])) return refuse("item_hash: a text expected");
    std::string room;
    hash_ = ItemHash::parse(word_of(fields_[kItemHash], room));
    if (!hash_) return refuse("item_hash: neither a lower-case SHA-256 nor a CID Qm... or bafy...");
    envelope_.item_hash = *hash_;
    return true;
  }

  bool read_words() {
    std::string room;
    if (!is_text(fields_[kChain])) return refuse("chain: a chain code is required");
    const auto chain = crypto::parse_chain(word_of(fields_[kChain], room));
    if (!chain) return refuse("chain: not a known chain code");
    envelope_.chain = *chain;
    if (!is_text(fields_[kType])) return refuse("type: a message type is required");
    const auto type = parse_type(word_of(fields_[kType], room));
    if (!type) return refuse("type: not a known message type");
    envelope_.type = *type;
    return true;
  }

  bool read_texts() {
    if (!is_text(fields_[kSender])) return refuse("sender: a text is required");
    envelope_.sender = text_of(fields_[kSender]);
    if (!optional_text(kSignature, envelope_.signature) || !optional_text(kChannel, envelope_.channel) ||
        !optional_text(kItemContent, envelope_.item_content)) {
      return false;
    }
    // A zero character cannot be kept by every store of the network.
    const auto has_zero = [](const std::string& text) { return text.find('\0') != std::string::npos; };
    if (has_zero(envelope_.sender)) return refuse("sender: a zero character");
    if (envelope_.signature && has_zero(*envelope_.signature)) return refuse("signature: a zero character");
    if (envelope_.channel && has_zero(*envelope_.channel)) return refuse("channel: a zero character");
    return true;
  }

  bool optional_text(Field field, std::optional<std::string>& out) {
    if (fields_[field].empty()) return true;
    if (!is_text(fields_[field])) return refuse(std::string(kNames[field]) + ": a text or null expected");
    out = text_of(fields_[field]);
    return true;
  }

  bool read_time() {
    const std::string_view raw = fields_[kTime];
    if (raw.empty() || !(raw.front() == '-' || (raw.front() >= '0' && raw.front() <= '9'))) {
      return refuse("time: a number is required");
    }
    envelope_.time_number = JsonView::of_checked(raw).number();
    const auto time = wall_of_seconds(envelope_.time_number);
    if (!time) return refuse("time: 0 to 9223372036 seconds expected");
    envelope_.time = *time;
    return true;
  }

  bool read_forgotten() {
    if (!rules_.tombstones || fields_[kForgottenBy].empty()) return true;
    if (fields_[kForgottenBy].front() != '[') return refuse("forgotten_by: a list expected");
    std::string room;
    const bool all = scan::elements(fields_[kForgottenBy], [&](std::string_view element) {
      const auto hash = is_text(element) ? ItemHash::parse(word_of(element, room)) : std::nullopt;
      if (!hash || envelope_.forgotten_by.size() == kForgottenByMax) return false;
      envelope_.forgotten_by.push_back(*hash);
      return true;
    });
    if (!all) return refuse("forgotten_by: at most 1000 hashes expected");
    if (fields_[kForgottenWith].empty()) return true;
    const auto origin =
        is_text(fields_[kForgottenWith]) ? ItemHash::parse(word_of(fields_[kForgottenWith], room)) : std::nullopt;
    if (!origin) return refuse("forgotten_with: a hash expected");
    if (!envelope_.is_tombstone()) return refuse("forgotten_with: only beside forgotten_by");
    envelope_.forgotten_with = origin;
    return true;
  }

  bool resolve_item_type() {
    if (fields_[kItemType].empty()) {
      envelope_.item_type = envelope_.item_content ? ItemType::inlined : envelope_.item_hash.item_type();
      return true;
    }
    std::string room;
    const auto item_type =
        is_text(fields_[kItemType]) ? parse_item_type(word_of(fields_[kItemType], room)) : std::nullopt;
    if (!item_type) return refuse("item_type: inline, storage or ipfs expected");
    envelope_.item_type = *item_type;
    return true;
  }

  bool check_content() {
    if (envelope_.item_type != ItemType::inlined) {
      if (envelope_.item_content) return refuse("item_content: must be absent unless item_type is inline");
      if (envelope_.item_hash.item_type() != envelope_.item_type)
        return refuse("item_type: disagrees with the shape of item_hash");
      return true;
    }
    if (envelope_.is_tombstone()) {
      if (envelope_.item_content) return refuse("item_content: must be absent from what was forgotten");
      return envelope_.item_hash.kind() == HashKind::storage ||
             refuse("item_hash: a SHA-256 expected for inline content");
    }
    if (!envelope_.item_content) return refuse("item_content: required for inline messages");
    const std::string& content = *envelope_.item_content;
    if (content.size() > kInlineCodePointsMax && code_points(content) > kInlineCodePointsMax) {
      return refuse("item_content: more than 200000 characters");
    }
    if (content.find("\\u0000") != std::string::npos) return refuse("item_content: contains the escape \\u0000");
    if (ItemHash::of(crypto::sha256(content)) != envelope_.item_hash)
      return refuse("item_hash: is not the SHA-256 of item_content");
    return true;
  }

  std::string_view text_;
  EnvelopeRules rules_;
  Fields fields_;
  Envelope envelope_;
  std::optional<ItemHash> hash_;
  std::string detail_;
};

}  // namespace

crypto::SignedFields Envelope::signed_fields() const {
  return {chain,           sender,
          type_text(type), item_hash.view(),
          time_number,     signature ? std::string_view(*signature) : std::string_view{}};
}

// No text of an envelope can hold a zero byte (docs/decisions/0111).
std::string statement_of(const Envelope& envelope) {
  const crypto::SignedFields fields = envelope.signed_fields();
  std::string out;
  out.reserve(fields.item_hash.size() + fields.signature.size() + fields.sender.size() + 32);
  for (const std::string_view text :
       {fields.item_hash, fields.signature, fields.sender, fields.type, crypto::chain_text(fields.chain)}) {
    out.append(text).push_back('\0');
  }
  if (crypto::signature_family(fields.chain) == crypto::SignatureFamily::tezos) {
    const auto bits = std::bit_cast<std::array<char, sizeof fields.time>>(fields.time);
    out.append(bits.data(), bits.size());
  }
  return out;
}

std::optional<Wall> wall_of_seconds(double seconds) {
  if (!(seconds >= 0 && seconds <= static_cast<double>(kTimeSecondsMax))) return std::nullopt;
  return Wall{std::llround(seconds * 1e6) * 1000};
}

double seconds_of_wall(Wall time) {
  const std::int64_t whole_microseconds = time.ns / 1000;
  return static_cast<double>(whole_microseconds) / 1e6;
}

Result<Envelope, Refusal> parse_envelope(std::string_view text, EnvelopeRules rules) {
  return Parser(text, rules).run();
}

Result<Envelope, Refusal> parse_gossip_payload(std::string_view payload, Behaviour percent_decoding) {
  if (percent_decoding == Behaviour::as_reference) {
    const auto decoded = percent_decode(payload);
    return parse_envelope(decoded ? *decoded : payload);
  }
  auto as_it_is = parse_envelope(payload);
  if (as_it_is) return as_it_is;
  const auto decoded = percent_decode(payload);
  if (!decoded) return as_it_is;
  auto second = parse_envelope(*decoded);
  return second ? std::move(second) : std::move(as_it_is);
}

}  // namespace lastmile::message
