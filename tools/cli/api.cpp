#include "tools/cli/api.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/message/error_code.hpp"
#include "core/message/json_tools.hpp"
#include "core/message/json_view.hpp"
#include "tools/cli/exit_status.hpp"

namespace lastmile::tools {
namespace {

using nlohmann::json;

constexpr int kFirstPauseMs = 500;
constexpr std::uint32_t kRetryAfterSecondsMax = 30;
constexpr std::size_t kShownBodyMax = 300;

// What a later try may cure.
bool is_passing(int status) { return status == 429 || status == 502 || status == 503 || status == 504; }

Result<json> parse_answer(const std::string& body) {
  const auto view = message::JsonView::parse(body);  // strict, and not too deep for what follows
  if (!view) return Error{view.error().text};
  return json::parse(body);
}

std::string shown(const std::string& body) {
  std::string out;
  for (const char c : body.substr(0, kShownBodyMax)) out += static_cast<unsigned char>(c) < ' ' ? ' ' : c;
  return out;
}

std::string hint_for(int status) {
  switch (status) {
    case 402:
      return "The account holds too few tokens or credits: lastmile balance";
    case 403:
      return "The node does not take this signature, or does not offer this service";
    case 404:
      return "The node does not know it; another node may: --api URL";
    case 405:
      return "The node does not offer this; another may: --api URL";
    case 413:
      return "Larger than the node takes: lastmile limits shows its limits";
    case 429:
      return "The node is asked too often; try again in a minute";
    default:
      return status >= 500 ? "The node has trouble of its own; try again, or another node: --api URL" : "";
  }
}

std::string text_member(const json& object, const char* name) {
  const auto found = object.is_object() ? object.find(name) : object.end();
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

}  // namespace

Api::Api(HttpClient& http, std::string base, Sleep sleep)
    : http_(http), base_(std::move(base)), sleep_(std::move(sleep)) {}

ApiFailure Api::refusal(const HttpAnswer& answer, const std::string& url) const {
  std::string text = url + ": the node answered " + std::to_string(answer.status);
  if (!answer.body.empty()) text += ": " + shown(answer.body);
  return {kCliFailed, std::move(text), hint_for(answer.status), answer.status};
}

// Every request that comes here may be repeated without harm.
ApiResult<HttpAnswer> Api::send(const HttpRequest& request) {
  bool was_sent = false;
  for (int attempt = 1;; ++attempt) {
    auto answer = http_.send(request);
    const bool last = attempt == kTriesMax;
    if (answer && (!is_passing(answer->status) || last)) return *std::move(answer);
    if (!answer) {
      was_sent = was_sent || answer.error().was_sent;
      if (last || answer.error().was_refused || request.sink) {
        const bool unknown = was_sent && request.method != "GET";
        return ApiFailure{unknown ? kCliUnknown : kCliFailed, answer.error().text,
                          unknown ? "It was sent, and may have arrived; doing the same again does no harm"
                                  : "Is a node running there? Another one: --api URL",
                          0};
      }
    }
    int pause = kFirstPauseMs << (attempt - 1);
    if (answer && answer->retry_after_seconds > 0)
      pause = static_cast<int>(std::min(answer->retry_after_seconds, kRetryAfterSecondsMax)) * 1000;
    sleep_(pause);
  }
}

ApiResult<json> Api::get(const std::string& path) {
  HttpRequest request;
  request.url = base_ + path;
  request.accept = "application/json";
  const auto answer = send(request);
  if (!answer) return answer.error();
  if (answer->status != 200) return refusal(*answer, request.url);
  auto value = parse_answer(answer->body);
  if (!value) return ApiFailure{kCliFailed, request.url + ": expected JSON: " + value.error().text, "", answer->status};
  return *std::move(value);
}

ApiResult<json> Api::post(const std::string& path, const std::string& body) {
  HttpRequest request;
  request.method = "POST";
  request.url = base_ + path;
  request.content_type = "application/json";
  request.body = body;
  const auto answer = send(request);
  if (!answer) return answer.error();
  if (answer->status != 200) return refusal(*answer, request.url);
  auto value = parse_answer(answer->body);
  if (!value) return ApiFailure{kCliFailed, request.url + ": expected JSON: " + value.error().text, "", answer->status};
  return *std::move(value);
}

ApiResult<Publication> Api::publish(const message::Envelope& envelope, bool wait) {
  HttpRequest request;
  request.method = "POST";
  request.url = base_ + "/api/v0/messages";
  request.content_type = "application/json";
  request.body = R"({"message":)" + message::serialize_envelope(envelope) + R"(,"sync":)" + (wait ? "true}" : "false}");
  const auto answer = send(request);
  if (!answer) return answer.error();
  if (answer->status == 404 || answer->status == 405) return publish_the_old_way(envelope);
  return outcome(*answer, envelope.item_hash.text());
}

// http-api.md 3: nodes that lack the first route take the message as text on this one.
ApiResult<Publication> Api::publish_the_old_way(const message::Envelope& envelope) {
  std::string body = R"({"topic":"ALEPH-TEST","data":)";
  message::append_json_string(body, message::serialize_envelope(envelope));
  auto answer = post("/api/v0/ipfs/pubsub/pub", body + "}");
  if (!answer) return answer.error();
  if (text_member(*answer, "status") == "error")
    return ApiFailure{kCliFailed, base_ + ": the node could not pass the message on", hint_for(500), 200};
  return Publication{"pending", {}};
}

ApiResult<Publication> Api::outcome(const HttpAnswer& answer, const std::string& item_hash) {
  const std::string url = base_ + "/api/v0/messages";
  if (answer.status == 200) return Publication{"processed", {}};
  if (answer.status == 202) return Publication{"pending", {}};
  if (answer.status == 500 && answer.content_type.starts_with("application/json"))
    return ApiFailure{kCliFailed, url + ": the node could not pass the message on", hint_for(500), 500};
  if (answer.status != 422) return refusal(answer, url);
  Publication rejected{"rejected", shown(answer.body)};
  // The answer does not say why; the node's record of the message does.
  const auto record = get("/api/v0/messages/" + url_part(item_hash));
  if (!record || text_member(*record, "status") != "rejected") return rejected;
  const auto code = record->find("error_code");
  if (code == record->end() || !code->is_number_integer()) return rejected;
  rejected.error_code = code->get<int>();
  rejected.has_code = true;
  const auto known = message::parse_error_code(rejected.error_code);
  rejected.detail = known ? std::string(message::error_text(*known)) : "error " + std::to_string(rejected.error_code);
  if (const auto details = record->find("details"); details != record->end() && !details->is_null())
    rejected.detail += ": " + shown(details->dump(-1, ' ', false, json::error_handler_t::replace));
  return rejected;
}

ApiResult<std::string> Api::add_file(const std::string& route, const FormPart& file, const std::string& metadata,
                                     const std::function<void(std::uint64_t, std::uint64_t)>& progress) {
  uploaded_ = {};
  HttpRequest request;
  request.method = "POST";
  request.url = base_ + route;
  // The message first: a node knows how much it may take before the file comes.
  if (!metadata.empty()) request.form.push_back({"metadata", "application/json", metadata, {}, {}});
  request.form.push_back(file);
  request.progress = progress;
  const auto answer = send(request);
  if (!answer) return answer.error();
  const bool stored = answer->status == 200 || answer->status == 202 || (answer->status == 422 && !metadata.empty());
  const auto value = stored ? parse_answer(answer->body) : Result<json>(Error{});
  const std::string hash = value ? text_member(*value, "hash") : "";
  if (hash.empty()) return refusal(*answer, request.url);
  uploaded_.status = answer->status == 200 ? "processed" : answer->status == 202 ? "pending" : "rejected";
  return hash;
}

ApiResult<HttpAnswer> Api::download(const std::string& path, const std::string& accept,
                                    std::function<bool(ByteView)> sink,
                                    std::function<void(std::uint64_t, std::uint64_t)> progress) {
  HttpRequest request;
  request.url = base_ + path;
  request.accept = accept;
  request.sink = std::move(sink);
  request.progress = std::move(progress);
  auto answer = send(request);
  if (!answer) return answer.error();
  if (answer->status != 200) return refusal(*answer, request.url);
  return *std::move(answer);
}

}  // namespace lastmile::tools
