#include "core/chain/contract_message.hpp"

#include "core/chain/limits.hpp"
#include "core/crypto/hash.hpp"
#include "core/message/item_hash.hpp"
#include "core/message/json_tools.hpp"

namespace lastmile::chain {
namespace {

constexpr std::string_view kStoreIpfs = "STORE_IPFS";

// Shortest form that reads back equal, with a point even when integral.
std::string float_text(Wall time) {
  std::string text;
  message::append_json_number(text, message::seconds_of_wall(time));
  if (text.find_first_of(".eE") == std::string::npos) text.append(".0");
  return text;
}

}  // namespace

std::string store_ipfs_content(std::string_view address, Wall time, std::string_view file) {
  std::string out = R"({"address": )";
  message::append_json_string(out, address);
  out.append(R"(, "time": )").append(float_text(time));
  out.append(R"(, "item_type": "ipfs", "item_hash": )");
  message::append_json_string(out, file);
  out.push_back('}');
  return out;
}

Result<message::Envelope, message::Refusal> contract_message(const ContractEvent& event) {
  if (event.content.size() > kPayloadBytesMax || event.address.size() > kEventTextBytesMax) {
    return message::Refusal{message::ErrorCode::invalid_format, "event: longer than any transaction", {}};
  }
  const bool store = event.type == kStoreIpfs;
  const std::string content =
      store ? store_ipfs_content(event.address, event.event_time, event.content) : std::string(event.content);
  // Written as an envelope and read back, so that it passes the same checks as any other.
  std::string text = R"({"chain":)";
  message::append_json_string(text, crypto::chain_text(event.chain));
  text.append(R"(,"item_content":)");
  message::append_json_string(text, content);
  text.append(R"(,"item_hash":)");
  message::append_json_string(text, message::ItemHash::of(crypto::sha256(content)).view());
  text.append(R"(,"item_type":"inline","sender":)");
  message::append_json_string(text, event.address);
  text.append(R"(,"signature":null,"time":)");
  message::append_json_number(text, message::seconds_of_wall(event.transaction_time));
  text.append(R"(,"type":)");
  message::append_json_string(text, store ? std::string_view("STORE") : event.type);
  text.push_back('}');
  return message::parse_envelope(text);
}

}  // namespace lastmile::chain
