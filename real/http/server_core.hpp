// The inside of Server, for server.cpp and session.cpp.
#pragma once

#include <array>
#include <atomic>
#include <mutex>
#include <set>

#include "real/env/asio.hpp"
#include "real/http/client_limits.hpp"
#include "real/http/server.hpp"

namespace lastmile::http {

class Session;

class Server::Core : public std::enable_shared_from_this<Server::Core> {
 public:
  Core(real::Loop& server_loop, real::Loop& node_loop, const Router& router, const ServerOptions& options);

  Result<Unit> listen();
  void accept();
  void stop_accepting();
  void close_all();
  void count_connections();
  void count(const std::string& route, int status);
  std::string next_request_id();
  Instant now() const;

  real::Loop& server_loop;
  real::Loop& node_loop;
  const Router& router;
  const ServerOptions options;
  std::string address;
  // Work posted to the node's loop looks at it: null when the server is gone.
  std::shared_ptr<bool> alive = std::make_shared<bool>(true);

  // Server's thread only.
  ClientLimits clients;
  std::set<std::shared_ptr<Session>> sessions;
  std::map<std::string, std::size_t> connections_of;
  std::size_t bodies_bytes = 0;
  std::size_t sockets = 0;
  bool stopping = false;

  std::atomic<std::size_t> in_flight{0};
  mutable std::mutex figures_mutex;
  ServerFigures figures;  // guarded by figures_mutex

 private:
  real::tcp::acceptor acceptor_;
  real::asio::steady_timer pause_;
  std::uint64_t id_prefix_ = 0;
  std::uint64_t id_count_ = 0;
};

}  // namespace lastmile::http
