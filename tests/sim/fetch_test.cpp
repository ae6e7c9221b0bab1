// Names that nobody has cost nothing to invent. What is real arrives beside them, however many there are
// (docs/decisions/0006).
#include <gtest/gtest.h>

#include "core/crypto/hash.hpp"
#include "core/node/core_node.hpp"
#include "sim/env/engine.hpp"
#include "sim/run/core_sim_node.hpp"
#include "tests/sim/small_world.hpp"

namespace lastmile::sim::test {
namespace {

using message::Status;
using message::Type;

constexpr std::size_t kPlaces = 16;
constexpr std::size_t kInvented = 3 * kPlaces;

crypto::Account wallet(std::uint64_t index) { return crypto::Account::derive(crypto::Chain::ETH, 11, index); }
message::ItemHash hash_of(std::string_view text) { return message::ItemHash::of(crypto::sha256(text)); }

message::Envelope sign(const crypto::Account& account, Type type, const std::string& content, bool is_inline) {
  message::Envelope e;
  e.chain = account.chain();
  e.sender = account.address();
  e.type = type;
  e.time = {1'700'000'000'000'000'000};
  e.time_number = message::seconds_of_wall(e.time);
  e.item_type = is_inline ? message::ItemType::inlined : message::ItemType::storage;
  if (is_inline) e.item_content = content;
  e.item_hash = hash_of(content);
  e.signature = account.sign(message::type_text(type), e.item_hash.text());
  return e;
}
std::string content_of(const crypto::Account& account, const std::string& rest) {
  return "{\"address\":\"" + account.address() + "\",\"time\":1700000000.0," + rest + "}";
}

// Two nodes with few places for what is fetched; what is handed to the first has to reach the second.
class Fetch : public testing::Test {
 protected:
  explicit Fetch(node::Roads roads = {.gossip = true, .reconciliation = true, .chain = false, .content_store = false}) {
    EngineConfig config;
    config.regions.delay = {milliseconds(8)};
    engine_ = std::move(Engine::create(std::move(config))).value();
    node::NodeConfig node;
    node::use_default_gossip(node);
    node.roads = roads;
    node.store.charge = false;
    node.limits.fetch_wanted = kPlaces;
    for (const char* name : {"a", "b"}) {
      node.peers.clear();
      if (name[0] == 'a') node.peers.push_back("b");
      NodeSpec spec;
      spec.name = name;
      engine_->add_node(std::move(spec), [node](const NodeEnv& env) {
        return std::make_unique<CoreSimNode>(env, node, trace::null_sink());
      });
    }
    engine_->start({0});
    engine_->start({1});
    run(seconds(10));
  }
  void run(Duration length) { engine_->run_until(engine_->now() + length); }
  node::CoreNode& core(std::uint32_t index) { return *static_cast<CoreSimNode*>(engine_->node({index}))->core(); }
  void publish(const message::Envelope& envelope, std::vector<node::Upload> uploads = {}) {
    engine_->on_loop({0}, [&] {
      core(0).publish(message::serialize_envelope(envelope), std::move(uploads), [](const node::Receipt&) {});
    });
  }
  Status status(const message::Envelope& e) { return *core(1).view().status(e.item_hash); }

  message::Envelope store(const crypto::Account& account, const std::string& file) {
    return sign(account, Type::STORE,
                content_of(account, "\"item_type\":\"storage\",\"item_hash\":\"" + hash_of(file).text() + "\""), true);
  }
  // How many of ten real ones have reached the other node after ten minutes: eight find a place at once, the others in
  // the turn of all, four each half minute.
  int real_files() {
    std::vector<message::Envelope> real;
    for (int i = 0; i < 10; ++i) {
      const std::string file = "real file " + std::to_string(i);
      real.push_back(store(wallet(1), file));
      publish(real.back(), {{hash_of(file), file}});
    }
    return processed(real);
  }
  int real_contents() {
    std::vector<message::Envelope> real;
    for (int i = 0; i < 10; ++i) {
      const std::string content =
          content_of(wallet(1), "\"type\":\"note\",\"content\":\"real " + std::to_string(i) + "\"");
      real.push_back(sign(wallet(1), Type::POST, content, false));
      publish(real.back(), {{hash_of(content), content}});
    }
    return processed(real);
  }
  int processed(const std::vector<message::Envelope>& real) {
    run(minutes(10));
    int count = 0;
    for (const message::Envelope& each : real) count += status(each) == Status::processed ? 1 : 0;
    return count;
  }

  std::unique_ptr<Engine> engine_;
};

TEST_F(Fetch, of_real_files_goes_on_beside_files_that_nobody_has) {
  for (std::size_t i = 0; i < kInvented; ++i) publish(store(wallet(9), "invented " + std::to_string(i)));
  run(minutes(1));
  EXPECT_EQ(real_files(), 10);
  run(hours(2));  // those that nobody has are asked for in turn by now
  for (std::size_t i = 0; i < kInvented; ++i) publish(store(wallet(8), "more " + std::to_string(i)));
  EXPECT_EQ(real_contents(), 10);
}

TEST_F(Fetch, of_real_contents_goes_on_beside_contents_that_nobody_has) {
  for (std::size_t i = 0; i < kInvented; ++i) {
    const std::string content =
        content_of(wallet(9), "\"type\":\"note\",\"content\":\"invented " + std::to_string(i) + "\"");
    publish(sign(wallet(9), Type::POST, content, false));
  }
  run(minutes(1));
  EXPECT_EQ(real_contents(), 10);
  EXPECT_EQ(real_files(), 10);
}

// More than there are places at once, and every one of them real: nothing is left behind.
TEST_F(Fetch, of_more_than_there_are_places_comes_to_its_end) {
  std::vector<message::Envelope> real;
  for (std::size_t i = 0; i < 10 * kPlaces; ++i) {
    const std::string file = "one of many " + std::to_string(i);
    real.push_back(store(wallet(1), file));
    publish(real.back(), {{hash_of(file), file}});
  }
  EXPECT_EQ(processed(real), static_cast<int>(real.size()));
}

class FetchByReconciliation : public Fetch {
 protected:
  FetchByReconciliation() : Fetch({.gossip = false, .reconciliation = true, .chain = false, .content_store = false}) {}
};

// Beyond what fits into an answer.
TEST_F(FetchByReconciliation, of_an_envelope_of_any_size_comes_to_its_end) {
  const std::string content =
      content_of(wallet(1), "\"type\":\"note\",\"content\":\"" + std::string(150'000, 'x') + "\"");
  const auto large = sign(wallet(1), Type::POST, content, true);
  publish(large);
  EXPECT_EQ(processed({large}), 1);
}

// A full room is looked at again after a pause, and not as fast as the machine can.
TEST(FetchRooms, that_are_full_keep_nobody_busy) {
  SmallWorld w;
  w.roads = R"({"gossip": false, "reconciliation": false, "chain": false, "content_store": true})";
  w.types = R"({"POST": "40%", "STORE": "50%", "FORGET": "10%"})";
  w.files = R"({"size": "2KiB"})";
  w.faults = R"({"name": "cut", "kind": "partition", "between": ["group:west", "group:east"], "mode": "stall",
                 "from": "trouble", "until": "heal"})";
  const auto roomy = run(small_scenario(w));
  w.parameters = R"("limits.fetch_wanted": 4)";
  const auto narrow = run(small_scenario(w));
  expect_pass(roomy);
  expect_pass(narrow);
  EXPECT_LT(narrow.events, 2 * roomy.events);
}

}  // namespace
}  // namespace lastmile::sim::test
