#include "tools/cli/query_commands.hpp"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <system_error>

#include "core/crypto/hash.hpp"
#include "core/message/json_tools.hpp"
#include "tools/cli/account_store.hpp"
#include "tools/cli/console.hpp"
#include "tools/cli/exit_status.hpp"
#include "tools/cli/input.hpp"
#include "tools/cli/judgement.hpp"

namespace lastmile::tools {
namespace {

using nlohmann::json;

std::string line_of(const json& value) { return value.dump(-1, ' ', false, json::error_handler_t::replace); }
std::string shown_value(const json& value) { return value.is_string() ? value.get<std::string>() : line_of(value); }

// A line for each member, or the whole on one.
void print_object(const json& object, bool as_json) {
  if (as_json || !object.is_object()) {
    print_line(line_of(object));
    return;
  }
  for (const auto& [name, value] : object.items()) {
    std::string line = name;
    line.resize(std::max<std::size_t>(line.size() + 1, 24), ' ');
    print_line(line + shown_value(value));
  }
}

// Empty when what the node says of this hash can be what it says it is. Contents are not judged: what was valid once
// stays in the history.
std::string contradiction(const json& record, const std::string& hash) {
  const auto message = record.find("message");
  if (message == record.end() || !message->is_object() || record.value("status", "") == "rejected") return {};
  if (message->value("item_hash", "") != hash) return "the node answered with another message";
  // What was forgotten or removed is shown without its content.
  const auto content = message->find("item_content");
  const bool is_inline = message->value("item_type", "") == "inline";
  if (is_inline && (content == message->end() || !content->is_string())) return {};
  const auto judgement = judge(line_of(*message));
  if (!judgement) return judgement.error().text;
  // Messages that chains carry have no signature.
  const bool from_contract = message->contains("signature") && (*message)["signature"].is_null();
  return judgement->authentic || from_contract ? "" : judgement->reason;
}

}  // namespace

int command_message_get(const QueryOptions& options) {
  int status = kCliUsage;
  auto session = Session::open(options.common, status);
  if (!session) return status;
  if (!message::ItemHash::parse(options.hash))
    return session->refuse("expected 64 hexadecimal digits, Qm... or bafy..., found \"" + options.hash + "\"",
                           kCliUsage);
  const auto record = session->api().get("/api/v0/messages/" + url_part(options.hash));
  if (!record) return session->fail(record.error());
  if (!record->is_object()) return session->refuse("expected an object from the node", kCliFailed);
  if (const std::string why = contradiction(*record, options.hash); !why.empty())
    return session->refuse(options.hash + ": what the node sent cannot be this message: " + why, kCliFailed);
  print_line(options.common.json ? line_of(*record) : record->dump(2, ' ', false, json::error_handler_t::replace));
  return kCliOk;
}

int command_balance(const QueryOptions& options) {
  int status = kCliUsage;
  auto session = Session::open(options.common, status);
  if (!session) return status;
  std::string address = options.address;
  if (address.empty()) {
    const auto account = AccountStore(session->settings().keys).find(session->settings().account);
    if (!account) return session->refuse(account.error().text, kCliUsage);
    address = account->address;
  }
  const std::string query = options.chain.empty() ? "" : "?chain=" + url_part(options.chain);
  const auto balance = session->api().get("/api/v0/addresses/" + url_part(address) + "/balance" + query);
  if (!balance) return session->fail(balance.error());
  print_object(*balance, options.common.json);
  return kCliOk;
}

int command_price(const QueryOptions& options) {
  int status = kCliUsage;
  auto session = Session::open(options.common, status);
  if (!session) return status;
  if (options.hash.empty() == options.file.empty())
    return session->refuse("expected the hash of a message, or --file FILE", kCliUsage);
  if (!options.hash.empty()) {
    const auto price = session->api().get("/api/v0/price/" + url_part(options.hash));
    if (!price) return session->fail(price.error());
    print_object(*price, options.common.json);
    return kCliOk;
  }
  std::error_code error;
  const auto bytes = std::filesystem::file_size(options.file, error);
  if (error) return session->refuse(options.file + ": " + error.message(), kCliUsage);
  // A STORE that nobody signs: its hash stands for any file of this size.
  constexpr double kMib = 1024.0 * 1024.0;
  const std::string nobody(64, '0');
  std::string content =
      R"({"address":"0x0000000000000000000000000000000000000000","time":0,"item_type":"storage","item_hash":")" +
      nobody + R"(","estimated_size_mib":)";
  message::append_json_number(content, static_cast<double>(bytes) / kMib);
  content += R"(,"payment":{"type":")" + options.payment + "\"}}";
  std::string body =
      R"({"message":{"type":"STORE","chain":"ETH","sender":"0x0000000000000000000000000000000000000000","item_type":"inline","item_hash":")" +
      crypto::sha256(content).hex() + R"(","item_content":)";
  message::append_json_string(body, content);
  const auto price = session->api().post("/api/v0/price/estimate", body + "}}");
  if (!price) return session->fail(price.error());
  print_object(*price, options.common.json);
  return kCliOk;
}

int command_limits(const QueryOptions& options) {
  int status = kCliUsage;
  auto session = Session::open(options.common, status);
  if (!session) return status;
  const auto limits = session->api().get("/api/v0/storage/limits.json");
  if (!limits) return session->fail(limits.error());
  print_object(*limits, options.common.json);
  return kCliOk;
}

}  // namespace lastmile::tools
