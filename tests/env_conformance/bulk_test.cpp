#include "tests/env_conformance/recorders.hpp"
#include "tests/env_conformance/suite.hpp"

namespace lastmile::env_conformance {
namespace {

// What an honest content room answers: the part of the range that exists.
Bytes part_of(const Bytes& whole, const env::ContentRange& range) {
  if (range.offset >= whole.size()) return {};
  const std::uint64_t length = std::min<std::uint64_t>(range.length, whole.size() - range.offset);
  const auto begin = whole.begin() + static_cast<std::ptrdiff_t>(range.offset);
  return Bytes(begin, begin + static_cast<std::ptrdiff_t>(length));
}

// Node 1 serves `whole` under the name "file"; anything else is refused.
struct Serving {
  NodeLog a, b;
  Bytes whole;
  std::unique_ptr<World> world;

  void start(std::unique_ptr<World> made, std::size_t size) {
    world = std::move(made);
    whole = content(size, 77);
    a.listen(world->network(0));
    b.listen(world->network(1));
    b.when_fetched = [this](NodeLog::Fetched& one) {
      if (one.range.name == "file") {
        one.reply(part_of(whole, one.range));
      } else {
        one.reply(Error{"no such content"});
      }
    };
    ASSERT_TRUE(connect(*world, 0, a, 1, b));
  }
  void fetch(env::ContentRange range, Answer<Bytes>& answer, Duration deadline = seconds(60)) {
    call(*world, 0, a, [&] { world->network(0).fetch(a.last_peer(), std::move(range), deadline, answer.done(a)); });
  }
  ~Serving() { world.reset(); }
};

TEST_P(BulkConformance, whole_content_and_ranges_of_it) {
  Serving serving;
  serving.start(make(2), 100000);
  const env::ContentRange ranges[] = {
      {.name = "file"},
      {.name = "file", .offset = 0, .length = 1},
      {.name = "file", .offset = 4096, .length = 50000},
      {.name = "file", .offset = 99990},
      {.name = "file", .offset = 99990, .length = 1000},
      {.name = "file", .offset = 10, .length = 0},
      {.name = "file", .offset = 100000},
  };
  for (const env::ContentRange& range : ranges) {
    Answer<Bytes> answer;
    serving.fetch(range, answer);
    ASSERT_TRUE(serving.world->run_until([&] { return answer.calls == 1; }, seconds(30)));
    ASSERT_TRUE(answer.ok) << answer.error;
    EXPECT_TRUE(answer.value == part_of(serving.whole, range)) << range.offset << "+" << range.length;
    const auto& asked = serving.b.fetches.back();
    EXPECT_EQ(asked.range.name, range.name);
    EXPECT_EQ(asked.range.offset, range.offset);
    EXPECT_EQ(asked.range.length, range.length);
    EXPECT_EQ(asked.from, serving.b.last_peer());
  }
}

TEST_P(BulkConformance, content_larger_than_a_frame_arrives_whole) {
  Serving serving;
  serving.start(make(2), 5 * env::kFrameBytesMax + 12345);
  Answer<Bytes> answer;
  serving.fetch({.name = "file"}, answer);
  ASSERT_TRUE(serving.world->run_until([&] { return answer.calls == 1; }, seconds(120)));
  ASSERT_TRUE(answer.ok) << answer.error;
  EXPECT_TRUE(answer.value == serving.whole);
}

TEST_P(BulkConformance, several_at_once_do_not_mix) {
  Serving serving;
  serving.start(make(2), 600000);
  std::vector<Answer<Bytes>> answers(6);
  for (std::size_t i = 0; i < answers.size(); ++i) {
    serving.fetch({.name = "file", .offset = i * 1000, .length = 500000}, answers[i]);
  }
  const auto all = [&] {
    return std::all_of(answers.begin(), answers.end(), [](const auto& answer) { return answer.calls == 1; });
  };
  ASSERT_TRUE(serving.world->run_until(all, seconds(60)));
  for (std::size_t i = 0; i < answers.size(); ++i) {
    ASSERT_TRUE(answers[i].ok) << answers[i].error;
    EXPECT_TRUE(answers[i].value == part_of(serving.whole, {.name = "file", .offset = i * 1000, .length = 500000}));
  }
}

TEST_P(BulkConformance, a_refusal_is_an_error) {
  Serving serving;
  serving.start(make(2), 10);
  Answer<Bytes> answer;
  serving.fetch({.name = "something else"}, answer);
  ASSERT_TRUE(serving.world->run_until([&] { return answer.calls == 1; }, seconds(10)));
  EXPECT_FALSE(answer.ok);
  EXPECT_FALSE(answer.error.empty());
}

TEST_P(BulkConformance, an_answer_may_come_later) {
  Serving serving;
  serving.start(make(2), 1000);
  serving.b.when_fetched = {};  // keeps the reply
  Answer<Bytes> answer;
  serving.fetch({.name = "file"}, answer);
  ASSERT_TRUE(serving.world->run_until([&] { return serving.b.fetches.size() == 1; }, seconds(10)));
  call(*serving.world, 1, serving.b, [&] { serving.b.fetches[0].reply(serving.whole); });
  ASSERT_TRUE(serving.world->run_until([&] { return answer.calls == 1; }, seconds(10)));
  ASSERT_TRUE(answer.ok) << answer.error;
  EXPECT_TRUE(answer.value == serving.whole);
}

TEST_P(BulkConformance, silence_lets_the_deadline_decide_and_a_late_answer_is_dropped) {
  Serving serving;
  serving.start(make(2), 1000);
  serving.b.when_fetched = {};  // keeps the reply
  Answer<Bytes> answer;
  serving.fetch({.name = "file"}, answer, milliseconds(150));
  ASSERT_TRUE(serving.world->run_until([&] { return answer.calls == 1; }, seconds(10)));
  EXPECT_FALSE(answer.ok);
  call(*serving.world, 1, serving.b, [&] { serving.b.fetches[0].reply(serving.whole); });
  serving.world->run_for(milliseconds(300));
  EXPECT_EQ(answer.calls, 1);
  EXPECT_EQ(serving.a.count(PeerEvent::Kind::lost), 0U);
}

TEST_P(BulkConformance, nobody_serving_content_is_an_error) {
  NodeLog a, b;
  auto world = make(2);
  a.listen(world->network(0));
  world->network(1).listen_peers(b);  // frames and content: nobody
  ASSERT_TRUE(connect(*world, 0, a, 1, b));
  Answer<Bytes> answer;
  call(*world, 0, a,
       [&] { world->network(0).fetch(a.last_peer(), env::ContentRange{.name = "file"}, seconds(2), answer.done(a)); });
  ASSERT_TRUE(world->run_until([&] { return answer.calls == 1; }, seconds(5)));
  EXPECT_FALSE(answer.ok);
}

// Bulk shares bandwidth with other bulk, not with frames: a frame sent after megabytes of bulk were answered does not
// wait behind them.
TEST_P(BulkConformance, frames_pass_while_bulk_is_under_way) {
  Serving serving;
  serving.start(make(2), 8 * 1024 * 1024);
  Answer<Bytes> answer;
  serving.b.when_fetched = [&](NodeLog::Fetched& one) {
    one.reply(serving.whole);
    serving.world->network(1).send(one.from, env::Protocol::gossip, frame_of("overtakes"));
  };
  serving.fetch({.name = "file"}, answer);
  ASSERT_TRUE(serving.world->run_until([&] { return !serving.a.received.empty(); }, seconds(60)));
  EXPECT_EQ(answer.calls, 0);
  ASSERT_TRUE(serving.world->run_until([&] { return answer.calls == 1; }, seconds(120)));
  EXPECT_TRUE(answer.ok && answer.value == serving.whole);
}

}  // namespace
}  // namespace lastmile::env_conformance
