// What an operator decides about a running node: whom it talks to, and whether it takes anything in.
#include <gtest/gtest.h>

#include "core/node/core_node.hpp"
#include "tests/unit/node/fakes.hpp"
#include "tests/unit/node/made.hpp"

namespace lastmile::node::test {
namespace {

class OperatorTest : public testing::Test {
 protected:
  OperatorTest() {
    NodeConfig config;
    use_default_gossip(config);
    config.store.charge = false;
    auto opened =
        CoreNode::open(time_, time_, wires_, disk_, luck_, jobs_, nullptr, trace::null_sink(), std::move(config));
    EXPECT_TRUE(opened.ok());
    node_ = *std::move(opened);
    node_->start();
  }
  env::PeerHandler& handler() { return *node_; }
  message::Status publish(std::uint64_t number) {
    const auto status = std::make_shared<std::optional<message::Status>>();
    const auto envelope = signed_post(wallet(), note(wallet(), number));
    node_->publish(message::serialize_envelope(envelope), {},
                   [status](const Receipt& receipt) { *status = receipt.status; });
    for (int round = 0; round < 10 && !*status; ++round) {
      time_.pass(milliseconds(20));
      jobs_.run_all();
      disk_.rows.settle();
    }
    return status->value_or(message::Status::pending);
  }

  Time time_;
  Wires wires_;
  BlobDisk disk_;
  Luck luck_;
  Jobs jobs_;
  std::unique_ptr<CoreNode> node_;
};

TEST_F(OperatorTest, ANodeThatTakesNothingInStillServes) {
  EXPECT_EQ(publish(1), message::Status::processed);
  node_->pause_intake(true);
  EXPECT_EQ(publish(2), message::Status::none);
  const auto first = signed_post(wallet(), note(wallet(), 1)).item_hash;
  EXPECT_TRUE(node_->readable(first));
  node_->pause_intake(false);
  EXPECT_EQ(publish(2), message::Status::processed);
}

TEST_F(OperatorTest, ABannedPeerIsPartedFromAndStaysOutside) {
  handler().on_connected({1}, env::Direction::inbound);
  handler().on_connected({2}, env::Direction::inbound);
  node_->set_banned({"peer2", "peer3"});
  EXPECT_EQ(wires_.closed, (std::vector<env::PeerId>{{2}}));
  handler().on_lost({2}, env::CloseReason::local);
  handler().on_connected({3}, env::Direction::inbound);
  EXPECT_EQ(wires_.closed, (std::vector<env::PeerId>{{2}, {3}}));
  node_->set_banned({});
  handler().on_connected({2}, env::Direction::inbound);
  EXPECT_EQ(wires_.closed.size(), 2U);
}

TEST_F(OperatorTest, AnAddedPeerIsDialledOnce) {
  node_->add_peer("peer9@192.0.2.9:1");
  node_->add_peer("peer9@192.0.2.9:1");
  EXPECT_EQ(wires_.dialled, (std::vector<std::string>{"peer9@192.0.2.9:1"}));
}

}  // namespace
}  // namespace lastmile::node::test
