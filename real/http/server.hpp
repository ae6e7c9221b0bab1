// The HTTP/1.1 and WebSocket server: a thread of its own with its own loop, so that no client, however slow, holds up
// the node. Requests are read whole there, within the limits of their route, and handed to the node's loop; answers
// come back the same way.
//
// Calls are from the thread of the node's loop unless said otherwise. The node's loop, the router and the server's loop
// must outlive the server.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "real/env/loop.hpp"
#include "real/http/limits.hpp"
#include "real/http/router.hpp"

namespace lastmile::http {

struct ServerOptions {
  std::string listen;                // "127.0.0.1:4024"; port 0: any
  std::vector<std::string> proxies;  // addresses whose X-Forwarded-For is believed
  Limits limits;
};

struct ServerFigures {
  std::uint64_t connections = 0;  // open now
  std::uint64_t connections_refused = 0;
  std::uint64_t requests_limited = 0;  // answered 429
  std::uint64_t sockets = 0;           // open WebSockets
  std::uint64_t sockets_refused = 0;
  std::uint64_t sockets_cut = 0;  // readers that were too slow
  // Answers by route template ("" for unknown paths) and status.
  std::map<std::pair<std::string, int>, std::uint64_t> answers;
};

class Server {
 public:
  // Error: names the address and what the system said.
  static Result<std::unique_ptr<Server>> open(real::Loop& server_loop, real::Loop& node_loop, const Router& router,
                                              const ServerOptions& options);
  // The server's loop must not run any more.
  ~Server();

  // Takes no new connections, ends idle ones, tells WebSockets to go; requests under way are answered.
  void stop_accepting();
  std::size_t in_flight() const;  // requests being answered; any thread
  ServerFigures figures() const;  // any thread
  std::string address() const;    // as bound, "127.0.0.1:4024"

  class Core;  // server_core.hpp

 private:
  Server() = default;
  std::shared_ptr<Core> core_;
};

}  // namespace lastmile::http
