// The HTTP API of a node, whole: server with its thread, routes, subscriptions. What a daemon has.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "real/http/api.hpp"
#include "real/http/server.hpp"

namespace lastmile::http {

struct ServiceOptions {
  ServerOptions server;
  std::string version;
  std::size_t ready_peers = 0;
  std::function<std::vector<std::string>()> multi_addresses = [] { return std::vector<std::string>(); };
};

class Service {
 public:
  // The node's loop and the surroundings must outlive it. Takes CoreNode::on_status(). Error: the address is in use, or
  // none.
  static Result<std::unique_ptr<Service>> open(real::Loop& node_loop, const Surroundings& surroundings,
                                               const ServiceOptions& options);
  ~Service();  // at once: what is under way is broken off

  // No new connections and messages; what is under way is answered.
  void stop_accepting();
  std::size_t in_flight() const;  // requests being answered
  std::string address() const;    // as bound
  const Router& router() const;

 private:
  struct State;
  explicit Service(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace lastmile::http
