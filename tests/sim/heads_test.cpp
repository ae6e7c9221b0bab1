// The content store road on the wire: crashes between a head and its archive, and strangers who sign heads.
#include <gtest/gtest.h>

#include "core/crypto/hash.hpp"
#include "sim/env/engine.hpp"
#include "sim/run/core_sim_node.hpp"
#include "tests/signed.hpp"

namespace lastmile::sim::test {
namespace {

using message::Status;

message::Envelope post(std::uint64_t number) {
  static const crypto::Account wallet = crypto::Account::derive(crypto::Chain::ETH, 5, 1);
  return lastmile::test::signed_message(
      wallet, message::Type::POST,
      lastmile::test::content_of(wallet.address(),
                                 "\"type\":\"note\",\"content\":{\"number\":" + std::to_string(number) + "}"));
}

// Tells its neighbours whatever heads it is told to, and has no content.
class Stranger final : public SimNode, public env::FrameHandler, public env::PeerHandler {
 public:
  Stranger(const NodeEnv& e, std::string neighbour) : env_(e), neighbour_(std::move(neighbour)) {
    env_.network.listen(env::Protocol::heads, *this);
    env_.network.listen_peers(*this);
  }
  void start() override { env_.network.dial(neighbour_); }
  void tell(const std::vector<std::string>& heads) {
    Bytes bytes;
    for (const std::string& head : heads) {
      append(bytes, head);
      bytes.push_back('\n');
    }
    for (const env::PeerId peer : peers_) env_.network.send(peer, env::Protocol::heads, env::Frame::of_bytes(bytes));
  }
  bool connected() const { return !peers_.empty(); }
  std::size_t heard = 0;

  void on_frame(env::PeerId, const env::Frame& frame) override {
    const Bytes bytes = frame->encode();
    heard += static_cast<std::size_t>(std::count(bytes.begin(), bytes.end(), '\n'));
  }
  void on_request(env::PeerId, const env::Frame&, env::Reply reply) override { reply(Error{"no"}); }
  void on_connected(env::PeerId peer, env::Direction) override { peers_.push_back(peer); }
  void on_lost(env::PeerId peer, env::CloseReason) override { std::erase(peers_, peer); }
  void on_dial_failed(std::string_view, env::CloseReason) override {}

 private:
  const NodeEnv env_;
  std::string neighbour_;
  std::vector<env::PeerId> peers_;
};

// a writes an archive every five seconds, b follows by the content store alone; they are 100 ms apart, and a disk takes
// 5 ms to sync. m, when there is one, knows only b.
class Heads : public testing::Test {
 protected:
  static constexpr std::uint32_t kA = 0, kB = 1, kM = 2;

  Heads() { build(1); }
  void build(std::uint64_t seed, bool with_stranger = false) {
    EngineConfig config;
    config.seed = seed;
    config.regions.delay = {milliseconds(100)};
    engine_ = std::move(Engine::create(std::move(config))).value();
    node::NodeConfig common;
    node::use_default_gossip(common);
    common.roads = {.gossip = false, .reconciliation = false, .chain = false, .content_store = true};
    common.intervals.archive_every = seconds(5);
    common.head_signers = std::make_shared<const std::set<std::string, std::less<>>>(
        std::set<std::string, std::less<>>{signer_.address()});
    auto writer = common;
    writer.head_signer = signer_;
    writer.peers = {"b"};
    add("a", writer);
    add("b", common);
    if (with_stranger) {
      NodeSpec spec;
      spec.name = "m";
      engine_->add_node(std::move(spec), [](const NodeEnv& env) { return std::make_unique<Stranger>(env, "b"); });
      engine_->start({kM});
    }
    engine_->start({kA});
    engine_->start({kB});
    run(seconds(3));
  }
  void add(std::string name, node::NodeConfig config) {
    NodeSpec spec;
    spec.name = std::move(name);
    spec.hardware.disk_sync = milliseconds(5);
    engine_->add_node(std::move(spec), [config](const NodeEnv& env) {
      return std::make_unique<CoreSimNode>(env, config, trace::null_sink());
    });
  }
  void run(Duration length) { engine_->run_until(engine_->now() + length); }
  node::CoreNode& core(std::uint32_t index) { return *static_cast<CoreSimNode*>(engine_->node({index}))->core(); }
  Stranger& stranger() { return *static_cast<Stranger*>(engine_->node({kM})); }
  void publish(std::uint32_t index, const message::Envelope& envelope) {
    engine_->on_loop(
        {index}, [&] { core(index).publish(message::serialize_envelope(envelope), {}, [](const node::Receipt&) {}); });
  }
  Status status(std::uint32_t index, const message::Envelope& envelope) {
    return *core(index).view().status(envelope.item_hash);
  }
  bool b_knows_the_head() { return core(kB).heads()->book().newest_of(signer_.address()).has_value(); }
  // To the millisecond in which b has accepted the head of a, whose archive is still to come.
  void until_b_knows_the_head() {
    for (int i = 0; i < 20'000 && !b_knows_the_head(); ++i) run(milliseconds(1));
    ASSERT_TRUE(b_knows_the_head());
    ASSERT_EQ(core(kB).heads()->wanted_archives().size(), 1U);
  }

  const crypto::Account signer_ = crypto::Account::derive(crypto::Chain::SOL, 1, 1);
  std::unique_ptr<Engine> engine_;
};

TEST_F(Heads, bring_the_messages_of_their_archives) {
  const message::Envelope message = post(1);
  publish(kA, message);
  run(seconds(10));
  EXPECT_EQ(status(kB, message), Status::processed);
  EXPECT_EQ(core(kB).heads()->wanted_archives().size(), 0U);
}

// a writes nothing more, so no later head gives b another reason to ask.
TEST_F(Heads, a_crash_between_a_head_and_its_archive_loses_no_message) {
  const message::Envelope message = post(1);
  publish(kA, message);
  until_b_knows_the_head();
  run(milliseconds(20));  // its record is on the disk, the archive is on its way
  ASSERT_EQ(status(kB, message), Status::none);
  engine_->crash({kB}, DiskFate::kept);
  engine_->start({kB});
  run(minutes(1));
  EXPECT_EQ(status(kB, message), Status::processed);
}

// What the disk has not confirmed may be there in part. Were the head kept without the name of its archive, b would
// know the head and never ask.
TEST_F(Heads, a_torn_disk_never_keeps_a_head_without_its_archive) {
  int knew = 0;
  for (std::uint64_t seed = 1; seed <= 24; ++seed) {
    build(seed);
    const message::Envelope message = post(seed);
    publish(kA, message);
    until_b_knows_the_head();
    engine_->crash({kB}, DiskFate::torn);
    engine_->start({kB});
    knew += b_knows_the_head() ? 1 : 0;
    run(minutes(1));
    EXPECT_EQ(status(kB, message), Status::processed) << "seed " << seed;
  }
  EXPECT_GT(knew, 0) << "no disk kept the head; the test tests nothing";
  EXPECT_LT(knew, 24) << "every disk kept it";
}

TEST_F(Heads, an_archive_cut_short_by_a_crash_is_fetched_again) {
  int cut_short = 0;
  for (std::uint64_t seed = 1; seed <= 24; ++seed) {
    build(seed);
    std::vector<message::Envelope> messages;
    for (std::uint64_t i = 0; i < 20; ++i) messages.push_back(post(100 * seed + i));
    for (const auto& message : messages) publish(kA, message);
    until_b_knows_the_head();
    run(milliseconds(50));  // the head itself is on the disk
    const auto blobs = [&] { return engine_->disk_usage({kB}).blob_bytes; };
    const std::uint64_t before = blobs();
    for (int i = 0; i < 2000 && blobs() == before; ++i) run(milliseconds(1));  // the archive is being written
    const std::uint64_t whole = blobs();
    ASSERT_GT(whole, before);
    engine_->crash({kB}, DiskFate::torn);
    cut_short += before < blobs() && blobs() < whole ? 1 : 0;
    engine_->start({kB});
    run(minutes(2));
    for (const auto& message : messages) EXPECT_EQ(status(kB, message), Status::processed) << "seed " << seed;
  }
  EXPECT_GT(cut_short, 0) << "no disk was cut short in the middle of it; the test tests nothing";
}

TEST_F(Heads, of_ten_thousand_strangers_do_not_stop_the_road) {
  build(1, true);
  run(seconds(5));
  ASSERT_TRUE(stranger().connected());
  std::uint64_t number = 0;
  message::Envelope last = post(0);
  for (int round = 0; round < 10; ++round) {
    std::vector<std::string> heads;
    for (int i = 0; i < 1000; ++i) {
      const auto key = crypto::Account::derive(crypto::Chain::SOL, 7, ++number);
      sync::Head head;
      head.sequence = 2;
      head.previous = message::ItemHash::of(crypto::sha256("no head " + std::to_string(number)));
      head.archive = message::ItemHash::of(crypto::sha256("no archive " + std::to_string(number)));
      sync::sign_head(head, key);
      heads.push_back(sync::serialize_head(head));
      if (heads.size() < node::HeadLink::kHeadsPerFrame && i + 1 < 1000) continue;
      engine_->on_loop({kM}, [&] { stranger().tell(heads); });
      heads.clear();
    }
    last = post(1000 + static_cast<std::uint64_t>(round));
    publish(kA, last);
    run(seconds(10));
    EXPECT_EQ(status(kB, last), Status::processed) << "round " << round;
  }
  const node::HeadLink& heads = *core(kB).heads();
  EXPECT_LE(heads.book().strangers(), sync::HeadLimits{}.strangers);
  EXPECT_GT(heads.book().strangers(), 0U) << "none was looked at; the test tests nothing";
  EXPECT_TRUE(heads.book().newest_of(signer_.address()));
  const auto queue = core(kB).queue(trace::Queue::heads);
  EXPECT_LE(queue.peak, queue.limit);
  EXPECT_GT(queue.refused, 0U);
}

}  // namespace
}  // namespace lastmile::sim::test
