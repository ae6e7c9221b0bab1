// Names that nobody has cost nothing to invent. What is real arrives beside them, however many there are
// (docs/decisions/0006).
#include <gtest/gtest.h>

#include "tests/signed.hpp"
#include "tests/sim/small_world.hpp"
#include "tests/sim/two_nodes.hpp"

namespace lastmile::sim::test {
namespace {

using lastmile::test::content_hash;
using lastmile::test::content_of;
using lastmile::test::signed_message;
using message::ItemType;
using message::Status;
using message::Type;

constexpr std::size_t kPlaces = 16;
constexpr std::size_t kInvented = 3 * kPlaces;

crypto::Account uploader(std::uint64_t index) { return crypto::Account::derive(crypto::Chain::ETH, 11, index); }

// Two nodes with few places for what is fetched; what is handed to the first has to reach the second.
class Fetch : public TwoNodes {
 protected:
  explicit Fetch(bool gossip = true)
      : TwoNodes([gossip](node::NodeConfig& config) {
          config.roads.gossip = gossip;
          config.limits.fetch_wanted = kPlaces;
        }) {}
  void publish(const message::Envelope& envelope, std::vector<node::Upload> uploads = {}) {
    TwoNodes::publish(0, message::serialize_envelope(envelope), std::move(uploads), [](const node::Receipt&) {});
  }

  message::Envelope store(const crypto::Account& account, const std::string& file) {
    return signed_message(
        account, Type::STORE,
        content_of(account.address(), "\"item_type\":\"storage\",\"item_hash\":\"" + content_hash(file).text() + "\""));
  }
  static std::string note(const crypto::Account& account, const std::string& text) {
    return content_of(account.address(), "\"type\":\"note\",\"content\":\"" + text + "\"");
  }
  // How many of ten real ones have reached the other node after ten minutes: eight find a place at once, the others in
  // the turn of all, four each half minute.
  int real_files() {
    std::vector<message::Envelope> real;
    for (int i = 0; i < 10; ++i) {
      const std::string file = "real file " + std::to_string(i);
      real.push_back(store(uploader(1), file));
      publish(real.back(), {{content_hash(file), file}});
    }
    return processed(real);
  }
  int real_contents() {
    std::vector<message::Envelope> real;
    for (int i = 0; i < 10; ++i) {
      const std::string content = note(uploader(1), "real " + std::to_string(i));
      real.push_back(signed_message(uploader(1), Type::POST, content, ItemType::storage));
      publish(real.back(), {{content_hash(content), content}});
    }
    return processed(real);
  }
  int processed(const std::vector<message::Envelope>& real) {
    run(minutes(10));
    int count = 0;
    for (const message::Envelope& each : real) count += status(1, each) == Status::processed ? 1 : 0;
    return count;
  }
};

TEST_F(Fetch, of_real_files_goes_on_beside_files_that_nobody_has) {
  for (std::size_t i = 0; i < kInvented; ++i) publish(store(uploader(9), "invented " + std::to_string(i)));
  run(minutes(1));
  EXPECT_EQ(real_files(), 10);
  run(hours(2));  // those that nobody has are asked for in turn by now
  for (std::size_t i = 0; i < kInvented; ++i) publish(store(uploader(8), "more " + std::to_string(i)));
  EXPECT_EQ(real_contents(), 10);
}

TEST_F(Fetch, of_real_contents_goes_on_beside_contents_that_nobody_has) {
  for (std::size_t i = 0; i < kInvented; ++i) {
    const std::string content = note(uploader(9), "invented " + std::to_string(i));
    publish(signed_message(uploader(9), Type::POST, content, ItemType::storage));
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
    real.push_back(store(uploader(1), file));
    publish(real.back(), {{content_hash(file), file}});
  }
  EXPECT_EQ(processed(real), static_cast<int>(real.size()));
}

class FetchByReconciliation : public Fetch {
 protected:
  FetchByReconciliation() : Fetch(false) {}
};

// Beyond what fits into an answer.
TEST_F(FetchByReconciliation, of_an_envelope_of_any_size_comes_to_its_end) {
  const auto large = signed_message(uploader(1), Type::POST, note(uploader(1), std::string(150'000, 'x')));
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
