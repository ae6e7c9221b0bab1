#include "real/rig/trace_merge.hpp"

#include <algorithm>
#include <system_error>

namespace lastmile::real {

using scenario::Node;

TraceMerge::TraceMerge(std::vector<std::filesystem::path> files) : files_(std::move(files)) {
  for (const std::filesystem::path& file : files_) tails_.emplace_back(file);
}

Result<Unit> TraceMerge::fill(Node node) {
  for (;;) {
    auto read = tails_[node].next();
    if (!read.ok()) return read.error();
    auto& next = *read;
    if (!next.has_value()) return Unit{};
    const Instant time{std::max<std::int64_t>(0, (next->time - zero_).ns)};
    waiting_.push_back({time, node, *std::move(next)});
  }
}

void TraceMerge::hand_out(Instant now, const Take& take) {
  std::stable_sort(waiting_.begin(), waiting_.end(),
                   [](const Waiting& a, const Waiting& b) { return a.time < b.time; });
  while (!waiting_.empty() && waiting_.front().time <= now) {
    const Waiting first = std::move(waiting_.front());
    waiting_.pop_front();
    last_ = std::max(last_, first.time);
    take(last_, first.node, first.record.event());
  }
  last_ = std::max(last_, now);
}

Result<Unit> TraceMerge::read(Instant now, const Take& take) {
  for (Node node = 0; node < tails_.size(); ++node) {
    if (auto filled = fill(node); !filled.ok()) return filled;
  }
  hand_out(now, take);
  return Unit{};
}

Result<Unit> TraceMerge::end_of_life(Node node, Instant now, const Take& take) {
  if (auto filled = fill(node); !filled.ok()) return filled;
  for (Waiting& one : waiting_) {
    if (one.node == node) one.time = std::min(one.time, now);
  }
  hand_out(now, take);
  std::error_code code;
  std::filesystem::remove(files_[node], code);
  if (code) return Error{"cannot remove " + files_[node].string() + ": " + code.message()};
  tails_[node] = TraceTail(files_[node]);
  return Unit{};
}

}  // namespace lastmile::real
