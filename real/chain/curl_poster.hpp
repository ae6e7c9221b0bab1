// HTTP by libcurl on a thread of its own: names, TLS and unpacking never hold up the loop. Connections are kept and
// shared by all chains; proxies come from the environment (https_proxy), except for this machine itself.
#pragma once

#include <memory>

#include "core/base/result.hpp"
#include "real/chain/http_poster.hpp"
#include "real/env/loop.hpp"

namespace lastmile::real {

class CurlPoster final : public HttpPoster {
 public:
  static Result<std::unique_ptr<CurlPoster>> open(Loop& loop);
  ~CurlPoster() override;  // ends the thread; what is not answered never will be
  void post(HttpRequest request, env::Done<HttpReply> done) override;

 private:
  struct Worker;
  struct Owed;
  CurlPoster(Loop& loop, std::unique_ptr<Worker> worker, std::shared_ptr<Owed> owed);

  Loop& loop_;
  std::shared_ptr<Owed> owed_;  // answers, touched on the loop only
  std::unique_ptr<Worker> worker_;
};

}  // namespace lastmile::real
