#include "real/chain/rpc_message.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "core/base/check.hpp"
#include "core/message/json_tools.hpp"
#include "core/message/json_view.hpp"
#include "real/chain/limits.hpp"

namespace lastmile::real {
namespace {

using message::JsonView;

struct Phrase {
  std::string_view words;
  RpcTrouble trouble;
};
// As the nodes and providers in use write them, in lower case. The first that fits decides.
constexpr std::array<Phrase, 27> kPhrases{{
    {"rate limit", RpcTrouble::rate_limited},
    {"too many requests", RpcTrouble::rate_limited},
    {"request count", RpcTrouble::rate_limited},
    {"capacity", RpcTrouble::rate_limited},
    {"already known", RpcTrouble::already_known},
    {"already imported", RpcTrouble::already_known},
    {"alreadyknown", RpcTrouble::already_known},
    {"known transaction", RpcTrouble::already_known},
    {"nonce too low", RpcTrouble::nonce_used},
    {"underpriced", RpcTrouble::underpriced},
    {"replacement fee too low", RpcTrouble::underpriced},
    {"less than block base fee", RpcTrouble::underpriced},
    {"insufficient funds", RpcTrouble::refused},
    {"execution reverted", RpcTrouble::refused},
    {"exceeds block gas limit", RpcTrouble::refused},
    {"intrinsic gas too low", RpcTrouble::refused},
    {"query returned more than", RpcTrouble::too_large},
    {"too many results", RpcTrouble::too_large},
    {"too many logs", RpcTrouble::too_large},
    {"max results", RpcTrouble::too_large},
    {"response size", RpcTrouble::too_large},
    {"block range", RpcTrouble::too_large},
    {"range limit", RpcTrouble::too_large},
    {"range is too", RpcTrouble::too_large},
    {"range too", RpcTrouble::too_large},
    {"limited to", RpcTrouble::too_large},
    {"query timeout", RpcTrouble::too_large},
}};
constexpr std::int64_t kLimitExceeded = -32005;  // EIP-1474; of too many events (messages.md 6.3) and of too many calls

RpcError broken(std::string text) { return {0, std::move(text), RpcTrouble::other}; }

RpcError error_of(JsonView error) {
  RpcError out;
  if (error.is_object()) {
    if (const auto code = error.find("code"); code && code->kind() == message::JsonKind::number)
      out.code = code->integer().value_or(0);
    if (const auto text = error.find("message"); text && text->is_string()) out.text = text->string();
  } else if (error.is_string()) {
    out.text = error.string();
  }
  out.trouble = rpc_trouble(out.code, out.text);
  out.text = printable(out.text.empty() ? "no reason given" : out.text);
  return out;
}

// One answer: its id, and what it says. Empty when it is none.
std::optional<std::pair<std::optional<std::int64_t>, RpcAnswer>> read_answer(JsonView object) {
  if (!object.is_object()) return std::nullopt;
  std::optional<std::int64_t> id;
  if (const auto found = object.find("id"); found && found->kind() == message::JsonKind::number) id = found->integer();
  const auto error = object.find("error");
  if (error && !error->is_null()) return std::pair{id, RpcAnswer(error_of(*error))};
  const auto result = object.find("result");
  if (!result) return std::nullopt;
  return std::pair{id, RpcAnswer(std::string(result->raw()))};
}

}  // namespace

RpcTrouble rpc_trouble(std::int64_t code, std::string_view text) {
  std::string lower(text.substr(0, 4096));
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  for (const Phrase& phrase : kPhrases) {
    if (lower.find(phrase.words) != std::string::npos) return phrase.trouble;
  }
  return code == kLimitExceeded ? RpcTrouble::too_large : RpcTrouble::other;
}

std::string printable(std::string_view text) {
  std::string out;
  for (const char c : text.substr(0, kRpcErrorTextMax)) out += c >= ' ' && c <= '~' ? c : '?';
  return out;
}

std::string rpc_request(std::span<const RpcCall> calls, std::uint64_t first_id) {
  LM_CHECK(!calls.empty());
  std::string out = calls.size() > 1 ? "[" : "";
  for (std::size_t i = 0; i < calls.size(); ++i) {
    if (i > 0) out += ',';
    out += R"({"jsonrpc":"2.0","id":)" + std::to_string(first_id + i) + R"(,"method":)";
    message::append_json_string(out, calls[i].method);
    out += R"(,"params":)" + calls[i].params + "}";
  }
  return calls.size() > 1 ? out + "]" : out;
}

Result<std::vector<RpcAnswer>, RpcError> parse_rpc_reply(std::string_view body, std::uint64_t first_id,
                                                         std::size_t count) {
  const auto json = JsonView::parse(body);
  if (!json.ok()) return broken("the reply is no JSON");
  std::vector<std::optional<RpcAnswer>> slots(count);
  std::optional<RpcError> wrong;
  const auto take = [&](JsonView one) {
    auto answer = read_answer(one);
    if (!answer) {
      wrong = broken("the reply holds something that is no answer");
    } else if (!answer->first) {
      // Who could not read the request, or refuses it as a whole, does not name a call.
      wrong = answer->second.ok() ? broken("an answer does not name its call") : answer->second.error();
    } else if (const std::uint64_t place = static_cast<std::uint64_t>(*answer->first) - first_id; place >= count) {
      wrong = broken("an answer to another call");
    } else if (slots[place]) {
      wrong = broken("two answers to one call");
    } else {
      slots[place] = std::move(answer->second);
    }
    return !wrong.has_value();
  };
  if (json->is_array()) {
    json->each(take);
  } else if (take(*json) && count > 1) {
    const auto only = std::find_if(slots.begin(), slots.end(), [](const auto& slot) { return slot.has_value(); });
    wrong = only != slots.end() && !(*only)->ok() ? (*only)->error() : broken("one answer to several calls");
  }
  if (wrong) return *std::move(wrong);
  std::vector<RpcAnswer> answers;
  for (auto& slot : slots) {
    if (!slot) return broken("a call was not answered");
    answers.push_back(*std::move(slot));
  }
  return answers;
}

}  // namespace lastmile::real
