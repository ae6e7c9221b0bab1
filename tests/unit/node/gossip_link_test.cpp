// Whose a gossip message is: signed when we publish, checked as a job when others do.
#include "core/node/gossip_link.hpp"

#include <gtest/gtest.h>

#include "tests/unit/node/fakes.hpp"

namespace lastmile::node::test {
namespace {

// Signs by writing the author's name once more.
class NamedAuthor final : public gossip::Authorship {
 public:
  explicit NamedAuthor(std::string name) : name_(std::move(name)) {}
  std::uint64_t author_of(std::string_view identity) const override {
    return gossip::identity_key(as_bytes("author " + std::string(identity)));
  }
  void sign(gossip::MessageFields& fields) const override {
    fields.from = gossip::Field::of("author " + name_);
    fields.signature = gossip::Field::of(fields.from.bytes());
  }
  bool verify(const gossip::MessageFields& fields) const override { return fields.from == fields.signature; }
  std::uint64_t next_seqno() override { return seqno += 10; }

  std::uint64_t seqno = 100;

 private:
  std::string name_;
};

class Taking final : public GossipReceiver {
 public:
  bool has_room(env::PeerId) const override { return room; }
  gossip::Verdict on_gossip(const gossip::MessageRef& message, env::PeerId) override {
    taken.emplace_back(message->fields().data.text());
    return gossip::Verdict::accept;
  }
  bool room = true;
  std::vector<std::string> taken;
};

class AuthorshipTest : public testing::Test {
 protected:
  AuthorshipTest() {
    use_default_gossip(config_);
    config_.authorship = std::make_shared<NamedAuthor>("self");
    link_ = std::make_unique<GossipLink>(time_, time_, wires_, luck_, trace::null_sink(), config_, receiver_);
    link_->check_authors_on(jobs_);
    link_->start();
    link_->on_connected(kPeer, env::Direction::inbound);
    gossip::Rpc hello;
    hello.subscriptions.push_back({true, gossip::topic_ref(*config_.topics, link_->topic())});
    link_->on_frame(kPeer, gossip::RpcBody::of(std::move(hello)));
    wires_.sent.clear();
  }
  void hear(std::string_view payload, bool forged) {
    gossip::MessageFields fields;
    fields.data = gossip::Field::of(payload);
    fields.seqno = gossip::seqno_field(7);
    fields.topic = gossip::Field::of(gossip::kMessageTopicName);
    NamedAuthor("peer1").sign(fields);
    if (forged) fields.signature = gossip::Field::of(std::string_view("somebody else"));
    link_->on_frame(
        kPeer, gossip::RpcBody::of(gossip::make_message(fields, *config_.topics, config_.gossip->id_scheme, nullptr)));
  }

  static constexpr env::PeerId kPeer{1};
  Time time_;
  Luck luck_;
  Wires wires_;
  Jobs jobs_;
  NodeConfig config_;
  Taking receiver_;
  std::unique_ptr<GossipLink> link_;
};

TEST_F(AuthorshipTest, what_we_publish_is_signed_and_numbered_by_the_author) {
  link_->publish("ours");
  ASSERT_EQ(wires_.sent.size(), 1u);
  const auto* const body = gossip::rpc_body(wires_.sent[0].second);
  ASSERT_NE(body, nullptr);
  const gossip::MessageFields& fields = body->rpc().publish.at(0)->fields();
  EXPECT_EQ(fields.from.text(), "author self");
  EXPECT_EQ(fields.signature.text(), "author self");
  EXPECT_EQ(fields.seqno, gossip::seqno_field(110));
}

TEST_F(AuthorshipTest, nothing_is_taken_before_its_author_was_checked) {
  hear("good", false);
  EXPECT_TRUE(receiver_.taken.empty());
  jobs_.run_all();
  EXPECT_EQ(receiver_.taken, std::vector<std::string>{"good"});
}

TEST_F(AuthorshipTest, a_forgery_is_not_taken_and_does_not_hide_the_good_one) {
  hear("payload", true);
  jobs_.run_all();
  EXPECT_TRUE(receiver_.taken.empty());
  EXPECT_LT(link_->router().score(kPeer, time_.now()), 0);
  hear("payload", false);
  jobs_.run_all();
  EXPECT_EQ(receiver_.taken, std::vector<std::string>{"payload"});
}

TEST_F(AuthorshipTest, one_check_more_than_allowed_is_not_begun) {
  for (int i = 0; i < 300; ++i) hear("payload " + std::to_string(i), false);
  EXPECT_EQ(jobs_.in_flight(env::Lane::signatures), 256u);
  jobs_.run_all();
  EXPECT_EQ(receiver_.taken.size(), 256u);
  hear("payload 299", false);  // as good as never received
  jobs_.run_all();
  EXPECT_EQ(receiver_.taken.back(), "payload 299");
}

}  // namespace
}  // namespace lastmile::node::test
