// A request and a response as handlers see them: nothing of sockets or of Beast.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/bytes.hpp"
#include "core/base/callback.hpp"
#include "core/base/result.hpp"
#include "real/http/uri.hpp"

namespace lastmile::http {

enum class Method : std::uint8_t { get, post };
std::string_view method_text(Method method);

struct Request {
  Method method = Method::get;
  bool head = false;                  // the body of the answer is not wanted
  std::string path;                   // percent-decoded
  std::vector<std::string> captures;  // of the route's template, in order
  Query query;
  std::string content_type;
  std::string range;          // "bytes=0-99", or empty
  std::string if_none_match;  // or empty
  std::string accept;         // media types that are wanted, or empty
  std::string auth_token;     // X-Auth-Token, or empty
  std::string body;
};

// A body that is read piece by piece. read() is called on the node's loop, a piece at a time; `done` comes on it, once.
struct BodyStream {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  std::function<void(std::uint64_t offset, std::uint64_t length, Callback<void(Result<Bytes>)> done)> read;
};

struct Response {
  int status = 200;
  std::string content_type;  // empty: none
  std::vector<std::pair<std::string, std::string>> headers{};
  std::string body{};
  std::optional<BodyStream> stream{};  // instead of the body
};

// On the node's loop, once.
using Reply = Callback<void(Response)>;

std::string_view reason_of(int status);
// "404: Not Found", as text (http-api.md 0).
Response plain_error(int status);
Response text_response(int status, std::string text);
Response json_response(std::string json, int status = 200);

}  // namespace lastmile::http
