// What the room asks of HTTP: one POST, one answer.
#pragma once

#include <string>

#include "core/base/time.hpp"
#include "core/env/done.hpp"
#include "real/chain/limits.hpp"

namespace lastmile::real {

struct HttpRequest {
  std::string url;   // http:// or https://
  std::string body;  // JSON
  Duration deadline = seconds(20);
  std::size_t reply_bytes_max = kHttpReplyBytesMax;
};
struct HttpReply {
  int status = 0;
  std::string body;
};

class HttpPoster {
 public:
  virtual ~HttpPoster() = default;
  // done comes later on the loop. Errors: no connection, bad certificate, deadline, a longer reply than wanted, too
  // many requests at once. Any HTTP status is an answer. Redirections are not followed.
  virtual void post(HttpRequest request, env::Done<HttpReply> done) = 0;
};

}  // namespace lastmile::real
