#include "real/ops/metrics.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "core/message/error_code.hpp"
#include "core/message/status.hpp"
#include "real/ops/node_metrics.hpp"

namespace lastmile::real {
namespace {

TEST(Metrics, AreTextThatPrometheusReads) {
  Metrics metrics;
  metrics.counters("lastmile_things_total", "Things.", {"kind", {"small", "la\"rge"}})[1].add(3);
  metrics.gauges("lastmile_level", "A level.")[0].set(0.5);
  metrics.totals("lastmile_seen_total", "Seen.")[0].set(7);
  auto& times = metrics.histograms("lastmile_wait_seconds", "Waits.", {0.1, 1})[0];
  times.observe(0.1);
  times.observe(0.5);
  times.observe(20);
  EXPECT_EQ(
      metrics.text(),
      "# HELP lastmile_things_total Things.\n# TYPE lastmile_things_total counter\n"
      "lastmile_things_total{kind=\"small\"} 0\nlastmile_things_total{kind=\"la\\\"rge\"} 3\n"
      "# HELP lastmile_level A level.\n# TYPE lastmile_level gauge\nlastmile_level 0.5\n"
      "# HELP lastmile_seen_total Seen.\n# TYPE lastmile_seen_total counter\nlastmile_seen_total 7\n"
      "# HELP lastmile_wait_seconds Waits.\n# TYPE lastmile_wait_seconds histogram\n"
      "lastmile_wait_seconds_bucket{le=\"0.1\"} 1\nlastmile_wait_seconds_bucket{le=\"1\"} 2\n"
      "lastmile_wait_seconds_bucket{le=\"+Inf\"} 3\nlastmile_wait_seconds_sum 20.6\nlastmile_wait_seconds_count 3\n");
}

TEST(Metrics, AreReadWhenTheyAreAskedFor) {
  Metrics metrics;
  Gauge& level = metrics.gauges("lastmile_level", "A level.")[0];
  int asked = 0;
  metrics.before_text([&] { level.set(++asked); });
  EXPECT_NE(metrics.text().find("lastmile_level 1\n"), std::string::npos);
  EXPECT_NE(metrics.text().find("lastmile_level 2\n"), std::string::npos);
}

TEST(Metrics, CountFromEveryThread) {
  Metrics metrics;
  Counter& counter = metrics.counters("lastmile_things_total", "Things.")[0];
  Histogram& histogram = metrics.histograms("lastmile_wait_seconds", "Waits.", {1})[0];
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 10000; ++n) {
        counter.add();
        histogram.observe(2);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(counter.value(), 40000U);
  EXPECT_EQ(histogram.counts(), (std::vector<std::uint64_t>{0, 40000}));
  EXPECT_EQ(histogram.sum(), 80000);
}

TEST(MetricsDeathTest, NamesAreCheckedWhenTheyAreMade) {
  Metrics metrics;
  metrics.gauges("lastmile_level", "A level.");
  EXPECT_DEATH(metrics.gauges("lastmile_level", "Again."), "check");
  EXPECT_DEATH(metrics.gauges("level", "Without the prefix."), "check");
  EXPECT_DEATH(metrics.counters("lastmile_things", "Not _total."), "check");
  EXPECT_DEATH(metrics.gauges("lastmile_x", "A label.", {"no label", {"a"}}), "check");
}

TEST(CountingSink, CountsWhatHappensAndHandsItOn) {
  struct Next final : trace::Sink {
    void record(const trace::Event& event) override { seen.push_back(event.kind); }
    std::vector<trace::Kind> seen;
  } next;
  Metrics metrics;
  CountingSink sink(metrics, next);
  const auto rejected = static_cast<std::uint64_t>(message::Status::rejected);
  const auto minus_one = static_cast<std::uint64_t>(std::int64_t{-1});
  sink.record({trace::Kind::status_changed, "x", 0, rejected, minus_one});
  sink.record({trace::Kind::status_changed, "x", 0, 99, 0});  // of no status: counted as an event alone
  sink.record({trace::Kind::queue_refused, {}, 99, 0, 0});
  sink.record({trace::Kind::message_received, "x", 0, 0, 0});
  sink.record({trace::Kind::message_published, "x", 123, 0, 0});
  EXPECT_EQ(next.seen.size(), 5U);
  const std::string text = metrics.text();
  for (const char* line :
       {"lastmile_events_total{event=\"status_changed\"} 2\n", "lastmile_rejections_total{code=\"-1\"} 1\n",
        "lastmile_status_changes_total{to=\"rejected\"} 1\n", "lastmile_duplicates_total 1\n",
        "lastmile_published_bytes_total 123\n"}) {
    EXPECT_NE(text.find(line), std::string::npos) << line << text;
  }
}

}  // namespace
}  // namespace lastmile::real
