// A peer of ours without a store, for tests against other implementations: the network of real/p2p with the node's
// gossip on it. Commands come as JSON lines on stdin, what happens goes as JSON lines to stdout; README.md lists both.
#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>
#include <thread>

#include "core/node/gossip_link.hpp"
#include "real/env/loop.hpp"
#include "real/env/os_clock.hpp"
#include "real/env/os_random.hpp"
#include "real/env/os_timers.hpp"
#include "real/env/thread_pool_executor.hpp"
#include "real/p2p/author.hpp"
#include "real/p2p/p2p_network.hpp"

namespace {

using namespace lastmile;
using Json = nlohmann::json;

void emit(Json event) { std::cout << event.dump() << std::endl; }

class Peer final : public env::PeerHandler, public node::GossipReceiver {
 public:
  Peer(p2p::P2pOptions options, const std::string& seqno_file)
      : timers_(loop_), random_(std::nullopt), executor_(loop_, 2), identity_(options.identity) {
    node::use_default_gossip(config_);
    auto author = p2p::Author::open(identity_, seqno_file);
    LM_CHECK(author.ok());
    config_.authorship = *author;
    auto network = p2p::P2pNetwork::open(loop_, std::move(options));
    LM_CHECK(network.ok());
    network_ = *std::move(network);
    network_->listen_peers(*this);
    gossip_ = std::make_unique<node::GossipLink>(clock_, timers_, *network_, random_, trace::null_sink(), config_,
                                                 static_cast<node::GossipReceiver&>(*this));
    gossip_->check_authors_on(executor_);
    gossip_->start();
    Json addresses = Json::array();
    for (const auto& each : network_->listen_addresses())
      addresses.push_back(each.with_peer(identity_->peer_id()).text());
    emit({{"event", "listening"}, {"peerId", network_->own_identity()}, {"addrs", addresses}});
  }

  void run() {
    std::thread reader([this] {
      for (std::string line; std::getline(std::cin, line);) {
        loop_.post([this, line] { command(Json::parse(line)); });
      }
      loop_.post([this] { loop_.stop(); });
    });
    loop_.run();
    gossip_.reset();
    network_.reset();
    reader.detach();  // it may wait for a line that never comes
  }

 private:
  void command(const Json& command) {
    const std::string name = command.at("cmd");
    if (name == "dial") return network_->dial(command.at("addr"));
    if (name == "publish") return gossip_->publish(command.at("data").get<std::string>());
    if (name == "stop") return loop_.stop();
    if (name == "mesh") {
      Json list = Json::array();
      for (const auto peer : gossip_->router().mesh(gossip_->topic())) list.push_back(network_->identity(peer));
      return emit({{"event", "mesh"}, {"peers", list}});
    }
    if (name == "figures") {
      const auto f = network_->figures();
      return emit({{"event", "figures"},
                   {"connections", f.connections},
                   {"refused", f.refused},
                   {"closedProtocol", f.closed_protocol},
                   {"closedTimeout", f.closed_timeout},
                   {"closedLimit", f.closed_limit},
                   {"streamsRefused", f.streams_refused},
                   {"receiveBuffer", f.receive_buffer}});
    }
    for (const env::PeerId peer : connected_) {
      const std::string identity = network_->identity(peer);
      if (identity != command.at("peer").get<std::string>()) continue;
      if (name == "close") return network_->close(peer, env::CloseReason::local);
      if (name == "ping") {
        return network_->ping(peer, [identity](const Result<Duration>& took) {
          if (!took.ok()) return emit({{"event", "error"}, {"message", took.error().text}});
          emit({{"event", "ping"}, {"peer", identity}, {"nanoseconds", took->ns}});
        });
      }
      if (name == "info") {
        const auto info = network_->info(peer);
        return emit({{"event", "info"},
                     {"peer", identity},
                     {"agentVersion", info.agent},
                     {"protocols", info.protocols},
                     {"listenAddrs", info.addresses},
                     {"connections", info.connections}});
      }
    }
    emit({{"event", "error"}, {"message", "no such peer or command"}, {"cmd", name}});
  }

  void on_connected(env::PeerId peer, env::Direction direction) override {
    connected_.push_back(peer);
    gossip_->on_connected(peer, direction);
    const bool inbound = direction == env::Direction::inbound;
    emit({{"event", "connected"}, {"peer", network_->identity(peer)}, {"direction", inbound ? "inbound" : "outbound"}});
  }
  void on_lost(env::PeerId peer, env::CloseReason reason) override {
    std::erase(connected_, peer);
    gossip_->on_lost(peer);
    emit({{"event", "lost"}, {"peer", network_->identity(peer)}, {"reason", env::close_reason_name(reason)}});
  }
  void on_dial_failed(std::string_view address, env::CloseReason reason) override {
    emit({{"event", "dial-failed"}, {"addr", address}, {"reason", env::close_reason_name(reason)}});
  }
  bool has_room(env::PeerId) const override { return true; }
  gossip::Verdict on_gossip(const gossip::MessageRef& message, env::PeerId from) override {
    const auto author = p2p::PeerId::parse_bytes(message->fields().from.bytes());
    emit({{"event", "message"},
          {"from", author ? author->text() : ""},
          {"via", network_->identity(from)},
          {"seqno", to_hex(message->fields().seqno.bytes())},
          {"data", message->fields().data.text()}});
    return gossip::Verdict::accept;
  }

  real::Loop loop_;
  real::OsClock clock_;
  real::OsTimers timers_;
  real::OsRandom random_;
  real::ThreadPoolExecutor executor_;
  std::shared_ptr<const p2p::PrivateKey> identity_;
  node::NodeConfig config_;
  std::unique_ptr<p2p::P2pNetwork> network_;
  std::unique_ptr<node::GossipLink> gossip_;
  std::vector<env::PeerId> connected_;
};

}  // namespace

// interop_peer SEQNO_FILE KEY_NUMBER MUXER TIMEOUT_MS LISTEN...: MUXER is early or negotiated; TIMEOUT_MS stands for
// the patience with upgrades, streams and silence.
int main(int argc, char** argv) {
  if (argc < 5) return 3;
  std::array<std::uint8_t, 32> seed{};
  seed.fill(static_cast<std::uint8_t>(std::stoi(argv[2])));
  p2p::P2pOptions options;
  options.identity = std::make_shared<const p2p::PrivateKey>(p2p::PrivateKey::from_ed25519_seed(seed));
  options.agent = "lastmile/interop";
  options.early_muxer = std::string_view(argv[3]) == "early";
  const Duration patience = milliseconds(std::stoi(argv[4]));
  options.limits.upgrade_timeout = options.limits.stream_timeout = patience;
  options.limits.keepalive = patience / 2;
  options.limits.silence_max = patience;
  for (int i = 5; i < argc; ++i) options.listen.push_back(p2p::Multiaddr::parse(argv[i]).value());
  Peer(std::move(options), argv[1]).run();
  std::fflush(nullptr);
  std::_Exit(0);
}
