#include "core/sync/head.hpp"

#include <nlohmann/json.hpp>

#include "core/crypto/hash.hpp"
#include "core/message/json_tools.hpp"

namespace lastmile::sync {
namespace {

constexpr std::string_view kType = "HEAD";

void append_member(std::string& out, std::string_view key, std::string_view text) {
  out.append(key);
  message::append_json_string(out, text);
}

// Sorted keys, no spaces. A head is told by every peer and written for each: no tree is made for it. Without the
// signature: what that is over.
std::string json_of(const Head& head, const std::string* signature) {
  std::string out;
  out.reserve(512);
  append_member(out, R"({"archive":)", head.archive.text());
  append_member(out, R"(,"chain":)", crypto::chain_text(head.chain));
  append_member(out, R"(,"node":)", head.node);
  if (head.previous) append_member(out, R"(,"previous":)", head.previous->text());
  out.append(R"(,"sequence":)").append(std::to_string(head.sequence));
  if (signature != nullptr) append_member(out, R"(,"signature":)", *signature);
  out.append(R"(,"time_ns":)").append(std::to_string(head.time.ns)).append("}");
  return out;
}

std::string body_hash(const Head& head) { return crypto::sha256(as_bytes(json_of(head, nullptr))).hex(); }

std::optional<std::string> text_of(const nlohmann::json& json, const char* key) {
  const auto found = json.find(key);
  if (found == json.end() || !found->is_string()) return std::nullopt;
  return found->get<std::string>();
}

}  // namespace

void sign_head(Head& head, const crypto::Account& signer) {
  head.chain = signer.chain();
  head.node = signer.address();
  head.signature = signer.sign(kType, body_hash(head));
}

bool head_is_authentic(const Head& head) {
  const std::string hash = body_hash(head);
  crypto::SignedFields fields;
  fields.chain = head.chain;
  fields.sender = head.node;
  fields.type = kType;
  fields.item_hash = hash;
  fields.signature = head.signature;
  return crypto::verify(fields) == crypto::Verdict::valid;
}

std::string serialize_head(const Head& head) { return json_of(head, &head.signature); }

message::ItemHash head_name(const Head& head) {
  return message::ItemHash::of(crypto::sha256(as_bytes(serialize_head(head))));
}

Result<Head> parse_head(std::string_view text) {
  if (text.size() > kHeadTextMax) return Error{"a head has at most " + std::to_string(kHeadTextMax) + " bytes"};
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object()) return Error{"a head is a JSON object"};
  Head head;
  const auto chain = text_of(json, "chain");
  const auto archive = text_of(json, "archive");
  const auto node = text_of(json, "node");
  const auto signature = text_of(json, "signature");
  const auto sequence = json.find("sequence");
  const auto time = json.find("time_ns");
  if (!chain || !archive || !node || !signature || sequence == json.end() || !sequence->is_number_unsigned() ||
      time == json.end() || !time->is_number_integer()) {
    return Error{"a head has archive, chain, node, sequence, signature and time_ns"};
  }
  const auto code = crypto::parse_chain(*chain);
  const auto name = message::ItemHash::parse(*archive);
  if (!code || !name) return Error{"a head names a known chain and an archive by its hash"};
  head.chain = *code;
  head.archive = *name;
  head.node = *node;
  head.signature = *signature;
  head.sequence = sequence->get<std::uint64_t>();
  head.time = {time->get<std::int64_t>()};
  if (const auto previous = text_of(json, "previous")) {
    head.previous = message::ItemHash::parse(*previous);
    if (!head.previous) return Error{"previous is the hash of a head"};
  }
  if (head.sequence == 0 || (head.sequence == 1) == head.previous.has_value()) {
    return Error{"sequences begin with 1, and every later head names the one before"};
  }
  // One spelling only: unknown keys, repeated keys and spaces would give the same head another name.
  if (serialize_head(head) != text) return Error{"a head is written with sorted keys and no spaces"};
  return head;
}

}  // namespace lastmile::sync
