// HTTP as the commands need it: one request at a time, bodies from memory or from files, answers into memory or a sink.
// TLS and redirects are dealt with behind it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/base/bytes.hpp"
#include "core/base/result.hpp"

namespace lastmile::tools {

inline constexpr std::size_t kAnswerBytesMax = 64 * 1024 * 1024;  // of an answer in memory
inline constexpr long kConnectSecondsMax = 15;
inline constexpr long kSilenceSecondsMax = 60;  // without one byte in either direction
inline constexpr long kRedirectsMax = 5;

// A part of a form: its content, or the file that holds it.
struct FormPart {
  std::string name;
  std::string content_type;
  std::string text;
  std::string file;      // path; empty: text is the content
  std::string filename;  // as the server is told
};

struct HttpRequest {
  std::string method = "GET";
  std::string url;
  std::string content_type;  // of body
  std::string body;
  std::string accept;
  std::vector<FormPart> form;  // instead of a body
  // Takes the body of an answer with status 200 piece by piece; says no to end the transfer. Empty: into memory.
  std::function<bool(ByteView)> sink;
  // Bytes so far and in all (0: not known), of whatever is moving, now and then.
  std::function<void(std::uint64_t done, std::uint64_t total)> progress;
};

struct HttpAnswer {
  int status = 0;
  std::string content_type;
  std::string body;  // empty when it went into a sink
  std::uint32_t retry_after_seconds = 0;
};

struct HttpFailure {
  std::string text;          // what went wrong with whom
  bool was_sent = false;     // the server may have got the request
  bool was_refused = false;  // by our own sink
};

class HttpClient {
 public:
  virtual ~HttpClient() = default;
  // Any status is an answer; a failure is when none came.
  virtual Result<HttpAnswer, HttpFailure> send(const HttpRequest& request) = 0;
};

// With libcurl. `user_agent` is told to every server.
std::unique_ptr<HttpClient> make_http_client(const std::string& user_agent);

// A piece of a path or query: everything but letters, digits and "-._~" as %XX.
std::string url_part(std::string_view text);

}  // namespace lastmile::tools
