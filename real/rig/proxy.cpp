#include "real/rig/proxy.hpp"

#include <map>
#include <thread>
#include <vector>

#include "real/env/os_random.hpp"
#include "real/rig/addresses.hpp"
#include "real/rig/relay.hpp"

namespace lastmile::real {
namespace {

constexpr int kPortTries = 64;
constexpr std::uint16_t kFirstPort = 20000;  // below the ports that the system gives out by itself
constexpr std::uint16_t kPorts = 12000;

tcp::endpoint endpoint(const std::string& host, std::uint16_t port) {
  return tcp::endpoint(asio::ip::make_address(host), port);
}

}  // namespace

class Proxy::Core {
 public:
  Core(std::uint32_t nodes, std::uint32_t services, std::uint64_t seed)
      : nodes_(nodes),
        luck_(substream(seed, kRunScope, "proxy")),
        paths_(std::size_t{nodes} * nodes),
        lines_(services) {
    for (std::uint32_t i = 0; i < nodes; ++i) node_of_[node_host(i)] = i;
  }

  Result<Unit> listen(std::uint16_t port) {
    acceptors_.clear();
    for (std::uint32_t i = 0; i < addresses(); ++i) {
      ErrorCode error;
      tcp::acceptor acceptor(io_);
      acceptor.open(tcp::v4(), error);
      if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
      if (!error) acceptor.bind(endpoint(proxy_host(i), port), error);
      if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
      if (!error) {
        // The node will want its own address with the same port.
        tcp::acceptor probe(io_);
        probe.open(tcp::v4(), error);
        if (!error) probe.set_option(tcp::acceptor::reuse_address(true), error);
        if (!error) probe.bind(endpoint(node_host(i), port), error);
      }
      if (error)
        return Error{"port " + std::to_string(port) + " of node " + std::to_string(i) + ": " + error.message()};
      acceptors_.push_back(std::move(acceptor));
    }
    port_ = port;
    return Unit{};
  }

  void run() {
    for (std::uint32_t i = 0; i < addresses(); ++i) accept(i);
    thread_ = std::thread([this] { io_.run(); });
  }

  void stop() {
    asio::post(io_, [this] {
      ErrorCode ignored;
      for (tcp::acceptor& acceptor : acceptors_) acceptor.close(ignored);
      auto relays = std::exchange(relays_, {});
      for (auto& [number, relay] : relays) relay.relay->close();
      work_.reset();
      io_.stop();
    });
    if (thread_.joinable()) thread_.join();
  }

  void set_path(std::uint32_t from, std::uint32_t to, PathState state) {
    asio::post(io_, [this, from, to, state] {
      path(from, to).state = state;
      for (const auto& relay : between(from, to)) relay->path_changed();
    });
  }

  void set_service(std::uint32_t number, PathState question, PathState answer) {
    asio::post(io_, [this, number, question, answer] {
      lines_[number].question.state = question;
      lines_[number].answer.state = answer;
      for (const auto& relay : between(nodes_ + number, nodes_ + number)) relay->path_changed();
    });
  }

  void reset(std::uint32_t a, std::uint32_t b) {
    asio::post(io_, [this, a, b] {
      for (const auto& relay : between(a, b)) {
        ++counters.resets;
        relay->reset();
      }
    });
  }

  std::uint16_t port() const { return port_; }
  std::uint32_t nodes() const { return nodes_; }
  RelayCounters counters;

 private:
  struct Line {
    Path question;
    Path answer;
  };
  struct Entry {
    std::uint32_t dialler;  // the service itself where it is one
    std::uint32_t target;
    std::shared_ptr<Relay> relay;
  };

  std::uint32_t addresses() const { return nodes_ + static_cast<std::uint32_t>(lines_.size()); }
  Path& path(std::uint32_t from, std::uint32_t to) { return paths_[std::size_t{from} * nodes_ + to]; }

  // Copies: what is done with a relay may end it.
  std::vector<std::shared_ptr<Relay>> between(std::uint32_t a, std::uint32_t b) const {
    std::vector<std::shared_ptr<Relay>> out;
    for (const auto& [number, entry] : relays_) {
      if ((entry.dialler == a && entry.target == b) || (entry.dialler == b && entry.target == a))
        out.push_back(entry.relay);
    }
    return out;
  }

  void accept(std::uint32_t target) {
    acceptors_[target].async_accept([this, target](const ErrorCode& error, tcp::socket socket) {
      if (error == asio::error::operation_aborted) return;
      if (!error) take(target, std::move(socket));
      accept(target);
    });
  }

  void take(std::uint32_t target, tcp::socket socket) {
    if (target >= nodes_) {
      Line& line = lines_[target - nodes_];
      return relay(target, target, std::move(socket), line.question, line.answer);
    }
    ErrorCode error;
    const auto remote = socket.remote_endpoint(error);
    const auto found = error ? node_of_.end() : node_of_.find(remote.address().to_string());
    if (found == node_of_.end()) {
      ++counters.strangers;
      return;  // closed with the socket
    }
    const std::uint32_t dialler = found->second;
    relay(dialler, target, std::move(socket), path(dialler, target), path(target, dialler));
  }

  void relay(std::uint32_t dialler, std::uint32_t target, tcp::socket socket, Path& forward, Path& backward) {
    ++counters.connections;
    const std::uint64_t number = ++last_relay_;
    auto made = std::make_shared<Relay>(io_, std::move(socket), forward, backward, luck_, counters,
                                        [this, number] { relays_.erase(number); });
    relays_[number] = {dialler, target, made};
    made->start(endpoint(node_host(dialler), 0), endpoint(node_host(target), port_));
  }

  const std::uint32_t nodes_;
  asio::io_context io_{1};
  std::optional<asio::executor_work_guard<asio::io_context::executor_type>> work_ = asio::make_work_guard(io_);
  std::uint16_t port_ = 0;
  std::map<std::string, std::uint32_t> node_of_;  // by its own address
  // Proxy thread only, once it runs.
  Generator luck_;
  std::vector<Path> paths_;
  std::vector<Line> lines_;  // by service
  std::vector<tcp::acceptor> acceptors_;
  std::map<std::uint64_t, Entry> relays_;
  std::uint64_t last_relay_ = 0;
  std::thread thread_;
};

Result<std::unique_ptr<Proxy>> Proxy::start(std::uint32_t nodes, std::uint16_t port, std::uint64_t seed,
                                            std::uint32_t services) {
  std::unique_ptr<Proxy> proxy(new Proxy);
  proxy->core_ = std::make_unique<Core>(nodes, services, seed);
  Result<Unit> listening = Error{"no port was tried"};
  if (port != 0) {
    listening = proxy->core_->listen(port);
  } else {
    // Several rigs may run on one machine: the tries of each begin somewhere else.
    OsRandom random;
    for (int i = 0; i < kPortTries && !listening.ok(); ++i) {
      listening = proxy->core_->listen(static_cast<std::uint16_t>(kFirstPort + random.stream("port").below(kPorts)));
    }
  }
  if (!listening.ok()) return std::move(listening).error();
  proxy->core_->run();
  return proxy;
}

Proxy::~Proxy() { core_->stop(); }

std::uint16_t Proxy::port() const { return core_->port(); }
std::uint32_t Proxy::service(std::uint32_t number) const { return core_->nodes() + number; }
void Proxy::set_service(std::uint32_t number, PathState question, PathState answer) {
  core_->set_service(number, question, answer);
}
void Proxy::set_path(std::uint32_t from, std::uint32_t to, PathState state) { core_->set_path(from, to, state); }
void Proxy::reset(std::uint32_t a, std::uint32_t b) { core_->reset(a, b); }

Proxy::Figures Proxy::figures() const {
  const RelayCounters& c = core_->counters;
  return {c.connections, c.strangers, c.resets, c.bytes, c.corrupted};
}

}  // namespace lastmile::real
