// The world of the real node: k nodes of one process on loopback, each with a data folder of its own, all on one loop
// that the test's thread drives.
#include <unistd.h>

#include <filesystem>
#include <vector>

#include "real/chain/curl_poster.hpp"
#include "real/chain/evm_gateway.hpp"
#include "real/env/loop.hpp"
#include "real/env/os_clock.hpp"
#include "real/env/os_random.hpp"
#include "real/env/os_timers.hpp"
#include "real/env/rocks_disk.hpp"
#include "real/env/thread_pool_executor.hpp"
#include "real/p2p/p2p_network.hpp"
#include "tests/env_conformance/suite.hpp"
#include "tests/interop/chain/anvil.hpp"

namespace lastmile::env_conformance {
namespace {

// What one life of a node consists of. Members die in reverse order: jobs that read snapshots end before the disk.
struct RealNode {
  std::unique_ptr<real::OsRandom> random;
  std::unique_ptr<real::OsTimers> timers;
  std::unique_ptr<real::RocksDisk> disk;
  std::unique_ptr<real::ThreadPoolExecutor> executor;
  std::unique_ptr<p2p::P2pNetwork> network;
  std::unique_ptr<real::EvmGateway> chains;
};

// The chain of a world: anvil, with the contract in its first block. Started by the first test that asks for it.
class RealChain final : public ChainControl {
 public:
  RealChain(std::unique_ptr<test::Anvil> anvil, std::function<void(Duration)> run)
      : anvil_(std::move(anvil)), contract_(anvil_->deploy()), run_(std::move(run)) {}

  std::string name() const override { return "ethereum"; }
  void grow(std::size_t blocks) override {
    anvil_->mine(blocks);
    run_(milliseconds(50));
  }
  void reorg(std::size_t depth) override {
    anvil_->call("anvil_reorg", "[" + std::to_string(depth) + ",[]]");
    grow(1);
  }
  std::size_t finality_blocks() const override { return 2 * test::AnvilOptions{}.slots_in_an_epoch; }

  real::EvmChainConfig config_for(std::size_t node) const {
    real::EvmChainConfig config;
    config.name = name();
    config.endpoints = {anvil_->url()};
    config.contract = config.token = contract_;
    config.poll = milliseconds(20);
    crypto::PrivateKey key{};
    key.back() = static_cast<std::uint8_t>(node + 1);
    auto account = real::EvmKey::of(key);
    LM_CHECK(account.ok());
    anvil_->give_ether(account->address());
    config.key = *std::move(account);
    config.chain_id = test::AnvilOptions{}.chain_id;
    return config;
  }

 private:
  std::unique_ptr<test::Anvil> anvil_;
  std::string contract_;
  std::function<void(Duration)> run_;
};

class RealWorld final : public World {
 public:
  explicit RealWorld(const WorldOptions& options) : options_(options), nodes_(options.nodes) {
    static int worlds = 0;
    folder_ = std::filesystem::path(testing::TempDir()) /
              ("lastmile-env-" + std::to_string(::getpid()) + "-" + std::to_string(++worlds));
    addresses_.resize(options.nodes);
    for (std::size_t i = 0; i < options.nodes; ++i) reopen(i);
  }
  ~RealWorld() override {
    for (auto& node : nodes_) node.reset();
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  env::Clock& clock(std::size_t) override { return clock_; }
  env::Timers& timers(std::size_t node) override { return *nodes_[node]->timers; }
  env::Network& network(std::size_t node) override { return *nodes_[node]->network; }
  env::Disk& disk(std::size_t node) override { return *nodes_[node]->disk; }
  env::Random& random(std::size_t node) override { return *nodes_[node]->random; }
  env::Executor& executor(std::size_t node) override { return *nodes_[node]->executor; }
  env::ChainGateway* chains(std::size_t node) override {
    if (chain() == nullptr) return nullptr;
    auto& gateway = nodes_[node]->chains;
    if (gateway == nullptr) {
      auto opened = real::EvmGateway::open(clock_, *nodes_[node]->timers, *nodes_[node]->disk, *http_,
                                           {chain_->config_for(node)}, [](const std::string&) {});
      LM_CHECK(opened.ok());
      gateway = *std::move(opened);
    }
    return gateway.get();
  }
  ChainControl* chain() override {
    if (http_ == nullptr) {
      auto http = real::CurlPoster::open(loop_);
      LM_CHECK(http.ok());
      http_ = *std::move(http);
      if (auto anvil = test::Anvil::start())
        chain_ = std::make_unique<RealChain>(std::move(anvil), [this](Duration length) { run_for(length); });
    }
    return chain_.get();
  }

  std::string address(std::size_t node) const override { return addresses_[node]; }
  std::string dead_address() const override { return "/ip4/127.0.0.1/tcp/1"; }

  void on_loop(std::size_t, Callback<void()> work) override {
    bool ran = false;
    loop_.post([&] {
      work();
      ran = true;
    });
    run_until([&] { return ran; }, seconds(60));
  }
  bool run_until(const std::function<bool()>& predicate, Duration limit) override {
    const Instant end = clock_.now() + limit;
    while (!predicate()) {
      const Duration left = end - clock_.now();
      if (left <= Duration{}) return false;
      loop_.run_one(left);
    }
    return true;
  }

  void crash(std::size_t node) override { nodes_[node].reset(); }
  void reopen(std::size_t node) override {
    const auto folder = folder_ / std::to_string(node);
    std::filesystem::create_directories(folder);
    auto made = std::make_unique<RealNode>();
    made->random = std::make_unique<real::OsRandom>(substream(options_.seed, node, "env_conformance"));
    made->timers = std::make_unique<real::OsTimers>(loop_);
    auto disk = real::RocksDisk::open(loop_, {.database = folder / "db", .blobs = folder / "blobs"});
    LM_CHECK(disk.ok());
    made->disk = *std::move(disk);
    made->executor = std::make_unique<real::ThreadPoolExecutor>(loop_, 2);
    made->network = open_network(node);
    addresses_[node] = made->network->listen_addresses().front().with_peer(identity(node)->peer_id()).text();
    nodes_[node] = std::move(made);
  }

 private:
  static std::shared_ptr<const p2p::PrivateKey> identity(std::size_t node) {
    std::array<std::uint8_t, 32> seed{};
    seed[0] = static_cast<std::uint8_t>(node + 1);
    return std::make_shared<const p2p::PrivateKey>(p2p::PrivateKey::from_ed25519_seed(seed));
  }
  // Where it listened before, if it did.
  std::unique_ptr<p2p::P2pNetwork> open_network(std::size_t node) {
    p2p::P2pOptions options;
    options.identity = identity(node);
    const std::string place = addresses_[node].empty() ? "/ip4/127.0.0.1/tcp/0" : addresses_[node];
    options.listen = {p2p::Multiaddr::parse(place).value().without_peer()};
    auto network = p2p::P2pNetwork::open(loop_, std::move(options));
    if (!network.ok()) ADD_FAILURE() << network.error().text;
    return *std::move(network);
  }

  WorldOptions options_;
  std::filesystem::path folder_;
  real::OsClock clock_;
  real::Loop loop_;
  std::unique_ptr<real::CurlPoster> http_;
  std::unique_ptr<RealChain> chain_;
  std::vector<std::unique_ptr<RealNode>> nodes_;
  std::vector<std::string> addresses_;
};

std::unique_ptr<World> make_real_world(const WorldOptions& options) { return std::make_unique<RealWorld>(options); }

}  // namespace

LM_ENV_CONFORMANCE(Real, Factory{"real", &make_real_world, "a chain, where anvil is not installed"});

}  // namespace lastmile::env_conformance
