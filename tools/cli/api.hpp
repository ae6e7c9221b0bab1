// A node as its API shows it (http-api.md): what the commands ask of it, with repetition where that is safe, and with
// failures that say what to do next.
#pragma once

#include <functional>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "core/base/result.hpp"
#include "core/message/envelope.hpp"
#include "tools/cli/http_client.hpp"

namespace lastmile::tools {

inline constexpr int kTriesMax = 4;

struct ApiFailure {
  int status = 1;  // exit status: kCliFailed, or kCliUnknown when nobody said what became of a request
  std::string text;
  std::string hint;  // what to do next; may be empty
  int http = 0;      // status of the answer; 0: none came
};

template <class T>
using ApiResult = Result<T, ApiFailure>;

// What became of a message that was handed in.
struct Publication {
  std::string status;  // "processed", "pending" or "rejected"
  std::string detail;  // rejected: why, as far as the node says
  int error_code = 0;  // rejected: messages.md 5.5
  bool has_code = false;
};

class Api {
 public:
  using Sleep = std::function<void(int milliseconds)>;

  // `base`: as in CliSettings. Both outlive it. `sleep` waits between tries.
  Api(HttpClient& http, std::string base, Sleep sleep);

  // Hands a message in, again if need be: a node takes the same message once. With `wait` until it was processed, at
  // most 30 s of the node.
  ApiResult<Publication> publish(const message::Envelope& envelope, bool wait);

  // Files. Each is named by what it holds, so that sending one again does no harm. The answer is the name the node
  // gave.
  ApiResult<std::string> add_file(const std::string& route, const FormPart& file, const std::string& metadata,
                                  const std::function<void(std::uint64_t, std::uint64_t)>& progress);
  // Status of the last add_file() that had a message with it, as a publication.
  const Publication& uploaded() const { return uploaded_; }

  // The JSON of an answer with status 200.
  ApiResult<nlohmann::json> get(const std::string& path);
  ApiResult<nlohmann::json> post(const std::string& path, const std::string& body);
  // Into the sink, once: what was handed out cannot be taken back.
  ApiResult<HttpAnswer> download(const std::string& path, const std::string& accept, std::function<bool(ByteView)> sink,
                                 std::function<void(std::uint64_t, std::uint64_t)> progress);

 private:
  ApiResult<HttpAnswer> send(const HttpRequest& request);
  ApiResult<Publication> outcome(const HttpAnswer& answer, const std::string& item_hash);
  ApiResult<Publication> publish_the_old_way(const message::Envelope& envelope);
  ApiFailure refusal(const HttpAnswer& answer, const std::string& url) const;

  HttpClient& http_;
  std::string base_;
  Sleep sleep_;
  Publication uploaded_;
};

}  // namespace lastmile::tools
