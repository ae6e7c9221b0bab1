// A service of messages beside the node's own protocols.
#include "tests/unit/p2p/pair_world.hpp"

namespace lastmile::p2p {
namespace {

class Heard final : public MessageService {
 public:
  void on_speaks(env::PeerId peer) override { speak.push_back(peer); }
  void on_message(env::PeerId, Bytes message) override { messages.push_back(std::move(message)); }
  void on_gone(env::PeerId peer) override {
    std::erase(speak, peer);
    ++gone;
  }
  std::vector<env::PeerId> speak;
  std::vector<Bytes> messages;
  int gone = 0;
};

const MessageProtocol kTest{"/lastmile/test/1", 1000};

class MessagesTest : public Loopback {
 protected:
  Heard heard_a_, heard_b_;
};

TEST_F(MessagesTest, who_speaks_it_is_told_and_messages_keep_their_order) {
  const auto a = party(1), b = party(2);
  a->network->serve_messages(kTest, heard_a_);
  b->network->serve_messages(kTest, heard_b_);
  connect(*a, *b);
  ASSERT_TRUE(until([&] { return heard_a_.speak.size() == 1 && heard_b_.speak.size() == 1; }));
  for (std::uint8_t i = 0; i < 100; ++i) a->network->send_message(heard_a_.speak[0], Bytes(i * 10U, i));
  b->network->send_message(heard_b_.speak[0], Bytes(3, 7));
  ASSERT_TRUE(until([&] { return heard_b_.messages.size() == 100 && heard_a_.messages.size() == 1; }));
  for (std::uint8_t i = 0; i < 100; ++i) EXPECT_EQ(heard_b_.messages[i], Bytes(i * 10U, i));
}

TEST_F(MessagesTest, who_does_not_speak_it_is_left_in_peace) {
  const auto a = party(1), b = party(2);
  a->network->serve_messages(kTest, heard_a_);
  connect(*a, *b);
  pass(milliseconds(300));
  EXPECT_TRUE(heard_a_.speak.empty());
}

TEST_F(MessagesTest, a_lost_peer_is_gone) {
  const auto a = party(1), b = party(2);
  a->network->serve_messages(kTest, heard_a_);
  b->network->serve_messages(kTest, heard_b_);
  connect(*a, *b);
  ASSERT_TRUE(until([&] { return heard_a_.speak.size() == 1 && heard_b_.speak.size() == 1; }));
  b->network->close(heard_b_.speak[0], env::CloseReason::local);
  ASSERT_TRUE(until([&] { return heard_a_.gone == 1 && heard_b_.gone == 1; }));
  EXPECT_TRUE(heard_a_.speak.empty());
}

TEST_F(MessagesTest, a_message_above_the_limit_ends_the_connection) {
  const auto a = party(1), b = party(2);
  a->network->serve_messages(kTest, heard_a_);
  b->network->serve_messages({kTest.name, 2000}, heard_b_);
  connect(*a, *b);
  ASSERT_TRUE(until([&] { return heard_b_.speak.size() == 1; }));
  b->network->send_message(heard_b_.speak[0], Bytes(1500));
  ASSERT_TRUE(until([&] { return a->told.connected.empty(); }));
  EXPECT_TRUE(heard_a_.messages.empty());
  EXPECT_EQ(a->network->figures().closed_protocol, 1U);
}

}  // namespace
}  // namespace lastmile::p2p
