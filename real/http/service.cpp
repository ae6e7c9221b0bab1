#include "real/http/service.hpp"

#include <thread>

#include "real/http/live_feed.hpp"

namespace lastmile::http {

// Members die in reverse order: the thread has ended by then.
struct Service::State {
  State(real::Loop& of_node, const Surroundings& surroundings, ApiOptions options)
      : node(surroundings.node), api(surroundings, std::move(options)), feed(api, of_node, loop) {}

  node::CoreNode& node;
  real::Loop loop;
  Router router;
  Api api;
  LiveFeed feed;
  std::unique_ptr<Server> server;
  std::thread thread;
  bool stopping = false;
};

Service::Service(std::unique_ptr<State> state) : state_(std::move(state)) {}

Result<std::unique_ptr<Service>> Service::open(real::Loop& node_loop, const Surroundings& surroundings,
                                               const ServiceOptions& options) {
  ApiOptions api_options;
  api_options.limits = options.server.limits;
  api_options.version = options.version;
  api_options.ready_peers = options.ready_peers;
  api_options.multi_addresses = options.multi_addresses;
  // The state is made with what it will hold itself.
  const auto place = std::make_shared<State*>(nullptr);
  api_options.server_figures = [place] { return (*place)->server->figures(); };
  api_options.stopping = [place] { return (*place)->stopping; };
  auto state = std::make_unique<State>(node_loop, surroundings, std::move(api_options));
  State* const raw = state.get();
  *place = raw;
  raw->api.add_routes(raw->router);
  raw->feed.add_routes(raw->router);
  auto server = Server::open(raw->loop, node_loop, raw->router, options.server);
  if (!server.ok()) return server.error();
  raw->server = *std::move(server);
  raw->node.on_status([raw](const store::StatusChange& change) { raw->feed.on_status(change); });
  raw->thread = std::thread([raw] { raw->loop.run(); });
  return std::unique_ptr<Service>(new Service(std::move(state)));
}

Service::~Service() {
  state_->node.on_status({});
  // From the inside: the thread may not have begun to run the loop yet, and beginning forgets a stop.
  state_->loop.post([loop = &state_->loop] { loop->stop(); });
  state_->thread.join();
}

void Service::stop_accepting() {
  state_->stopping = true;
  state_->server->stop_accepting();
}

std::size_t Service::in_flight() const { return state_->server->in_flight(); }
std::string Service::address() const { return state_->server->address(); }
const Router& Service::router() const { return state_->router; }

}  // namespace lastmile::http
