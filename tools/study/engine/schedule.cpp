#include "tools/study/engine/schedule.hpp"

#include <algorithm>
#include <cmath>

#include "core/base/check.hpp"

namespace lastmile::study {

Schedule::Schedule(const StudyPlan& plan, Shard shard)
    : plan_(plan), shard_(shard), wanted_(plan.points.size()), arrived_(plan.points.size()) {
  // A rule first looks where it could be satisfied.
  first_ = plan.replicates;
  if (!plan.stop_metric.empty()) {
    first_ = std::min(std::max<std::uint32_t>(first_, kLeastReplicates), plan.most_replicates());
    values_.resize(plan.points.size());
  }
  for (std::size_t p = 0; p < wanted_.size(); ++p) {
    if (!shard.has(p)) continue;
    wanted_[p] = first_;
    expected_ += first_;
  }
}

std::optional<Schedule::Run> Schedule::next() {
  if (!more_.empty()) {
    const Run run = more_.front();
    more_.pop_front();
    return run;
  }
  while (cursor_point_ < wanted_.size()) {
    if (shard_.has(cursor_point_) && cursor_replicate_ < first_) {
      return Run{cursor_point_, cursor_replicate_++};
    }
    ++cursor_point_;
    cursor_replicate_ = 0;
  }
  return std::nullopt;
}

void Schedule::done(Run run, const Outcome& outcome) {
  LM_CHECK(run.replicate < wanted_[run.point]);
  ++finished_;
  ++arrived_[run.point];
  if (plan_.stop_metric.empty()) return;
  auto& values = values_[run.point];
  values.resize(std::max<std::size_t>(values.size(), run.replicate + 1U), std::numeric_limits<double>::quiet_NaN());
  for (const Metric& metric : outcome.row.metrics) {
    if (metric.name == plan_.stop_metric) values[run.replicate] = metric.value;
  }
  if (arrived_[run.point] == wanted_[run.point]) decide(run.point);
}

// All that was wanted of a point is there: is it enough?
void Schedule::decide(std::uint32_t point) {
  std::vector<double> known;
  for (const double value : values_[point]) {
    if (!std::isnan(value)) known.push_back(value);
  }
  const std::uint32_t most = plan_.most_replicates();
  if (wanted_[point] >= most || narrow_enough(plan_.stop, known)) {
    values_[point] = {};
    return;
  }
  const std::uint32_t next = next_look(wanted_[point], most);
  for (std::uint32_t r = wanted_[point]; r < next; ++r) more_.push_back({point, r});
  expected_ += next - wanted_[point];
  wanted_[point] = next;
}

}  // namespace lastmile::study
