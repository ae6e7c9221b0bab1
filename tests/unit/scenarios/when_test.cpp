// `when`: moments, repetitions, Poisson processes and events.
#include "scenarios/engine/text/when.hpp"

#include "tests/unit/scenarios/sample.hpp"

namespace lastmile::scenario::test {
namespace {

template <class T>
std::string why(const Result<T>& result) {
  return result.ok() ? "accepted" : result.error().text;
}

When from_of(const std::string& json) {
  return sample({"/faults/0/until=null",
                 "/faults/0={\"name\":\"cut\",\"kind\":\"partition\",\"between\":[\"group:west\","
                 "\"group:east\"],\"for\":\"1s\",\"from\":" +
                     json + "}"})
      .faults[0]
      .from;
}

TEST(Moment, IsATimeOrAPhaseWithAnOffset) {
  EXPECT_EQ(*parse_moment("90s"), (Moment{std::nullopt, seconds(90)}));
  EXPECT_EQ(*parse_moment("trouble"), (Moment{Phase::trouble, {}}));
  EXPECT_EQ(*parse_moment("trouble+10s"), (Moment{Phase::trouble, seconds(10)}));
  EXPECT_EQ(*parse_moment("heal-5s"), (Moment{Phase::heal, seconds(-5)}));
  EXPECT_EQ(*parse_moment("warm_up+1h30min"), (Moment{Phase::warm_up, minutes(90)}));
  EXPECT_EQ(why(parse_moment("troubles")), "no phase \"troubles\", did you mean \"trouble\"");
  EXPECT_EQ(why(parse_moment("trouble+")), "no number");
  EXPECT_EQ(why(parse_moment("trouble*2")), "no phase \"trouble*2\", did you mean \"trouble\"");
  EXPECT_EQ(why(parse_moment("")), "nothing");
}

TEST(Moment, IsCountedFromTheStartOfItsPhase) {
  const Scenario scenario = sample();
  EXPECT_EQ(scenario.phases.resolve(*parse_moment("trouble+10s")), Instant{} + seconds(20));
  EXPECT_EQ(scenario.phases.resolve(*parse_moment("settle-1s")), Instant{} + seconds(79));
}

TEST(Event, HasEveryKind) {
  for (const auto* text : {"message_processed", "block_final", "node_started", "node_crashed", "partition_started",
                           "partition_healed", "queue_above:inbox:500"}) {
    EXPECT_EQ(event_text(*parse_event(text)), text);
  }
  EXPECT_EQ(why(parse_event("block_finale")), "no event \"block_finale\", did you mean \"block_final\"");
  EXPECT_EQ(why(parse_event("block_final:3")), "\"block_final\" takes nothing after it");
  EXPECT_EQ(why(parse_event("queue_above:inbx:5")), "no queue \"inbx\", did you mean \"inbox\"");
  EXPECT_EQ(why(parse_event("queue_above:inbox")),
            "\"queue_above\" needs a queue and a depth, such as \"queue_above:inbox:500\"");
}

TEST(When, HasEveryForm) {
  EXPECT_EQ(from_of(R"("trouble+3s")"), (When{Moment{Phase::trouble, seconds(3)}}));
  EXPECT_EQ(from_of(R"({"every":"10s","from":"trouble","until":"heal"})"),
            (When{Every{seconds(10), Moment{Phase::trouble, {}}, Moment{Phase::heal, {}}}}));
  EXPECT_EQ(from_of(R"({"rate":"2/min"})"), (When{Poisson{*parse_rate("2/min"), {}, {}}}));
  EXPECT_EQ(from_of(R"({"on":"block_final","count":3,"after":"5s"})"),
            (When{OnEvent{*parse_event("block_final"), 3, seconds(5)}}));
}

TEST(When, RefusesWhatIsNeither) {
  EXPECT_EQ(sample_complaints({R"(/faults/0/from={"often":"10s"})"}),
            "/faults/0/from: expected a time such as \"30s\" or \"trouble+10s\", {\"every\": ...}, {\"rate\": ...} or "
            "{\"on\": ...}, found an object");
  EXPECT_EQ(sample_complaints({R"(/faults/0/from={"every":"0s"})"}),
            "/faults/0/from/every: expected a duration above zero, found \"0s\"");
  EXPECT_EQ(sample_complaints({R"(/faults/0/from={"on":"block_final","cuont":2})"}),
            "/faults/0/from/cuont: expected a known key, found \"cuont\"; did you mean \"count\"");
}

}  // namespace
}  // namespace lastmile::scenario::test
