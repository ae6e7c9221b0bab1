// Another wallet signs for a message before its author is heard: all nodes end with the author's copy
// (docs/decisions/0125).
#include <gtest/gtest.h>

#include "tests/signed.hpp"
#include "tests/sim/two_nodes.hpp"

namespace lastmile::sim::test {
namespace {

using lastmile::test::content_of;
using lastmile::test::signed_message;
using message::ItemType;
using message::Status;
using message::Type;

crypto::Account wallet(std::uint64_t index) { return crypto::Account::derive(crypto::Chain::ETH, 12, index); }
const std::string kContent = content_of(wallet(1).address(), R"("type":"note","content":"mine")");

class Copies : public TwoNodes {
 protected:
  explicit Copies(bool gossip = true)
      : TwoNodes([gossip](node::NodeConfig& config) { config.roads.gossip = gossip; }) {}
  void publish(std::uint32_t node, const message::Envelope& envelope, std::vector<node::Upload> uploads = {}) {
    TwoNodes::publish(node, message::serialize_envelope(envelope), std::move(uploads), [](const node::Receipt&) {});
  }
  void expect_the_authors() {
    run(minutes(10));
    for (const std::uint32_t node : {0u, 1u}) {
      const auto row = core(node).view().message(lastmile::test::content_hash(kContent)).value();
      ASSERT_TRUE(row.has_value());
      EXPECT_EQ(row->status, Status::processed);
      EXPECT_EQ(row->envelope.sender, wallet(1).address());
    }
  }
};

class CopiesCompared : public Copies {
 protected:
  CopiesCompared() : Copies(false) {}
};

// The thief's copy is here, the author's there: what a cut leaves behind. To who compares hashes they look the same,
// unless a copy that is refused does not count as held.
TEST_F(CopiesCompared, of_thief_and_author_end_as_the_authors) {
  publish(0, signed_message(wallet(2), Type::POST, kContent));
  publish(1, signed_message(wallet(1), Type::POST, kContent));
  expect_the_authors();
}

TEST_F(Copies, end_as_the_authors_when_the_thief_was_everywhere_first) {
  publish(0, signed_message(wallet(2), Type::POST, kContent));
  run(minutes(1));
  publish(1, signed_message(wallet(1), Type::POST, kContent));
  expect_the_authors();
}

TEST_F(Copies, end_as_the_authors_when_the_content_comes_last) {
  for (const std::uint32_t thief : {2u, 3u, 4u}) {
    publish(0, signed_message(wallet(thief), Type::STORE, kContent, ItemType::storage));
    publish(0, signed_message(wallet(thief), Type::POST, kContent, ItemType::storage));
  }
  publish(1, signed_message(wallet(1), Type::POST, kContent, ItemType::storage));
  run(minutes(1));
  publish(0, signed_message(wallet(5), Type::POST, kContent, ItemType::storage),
          {{lastmile::test::content_hash(kContent), kContent}});
  expect_the_authors();
}

}  // namespace
}  // namespace lastmile::sim::test
