// metrics.csv: time_s,scope,name,value; one row per second, scope (all, group:NAME, island:NAME) and metric.
#pragma once

#include <memory>
#include <string>

#include "core/base/result.hpp"
#include "scenarios/engine/watch/observer.hpp"
#include "scenarios/engine/watch/watch.hpp"

namespace lastmile::scenario {

// Rows are written for the islands that came first, and for no more: a partition that is drawn anew each time has
// others each time.
inline constexpr std::size_t kIslandScopesMax = 32;

// Must come after the Watch in the list of observers: it reads what the Watch saw at the same sample.
class MetricsLog final : public Observer {
 public:
  static Result<std::unique_ptr<MetricsLog>> create(const std::string& path, const NodeTable& nodes,
                                                    const Timeline& timeline, const Watch& watch,
                                                    const WorldView& view);
  ~MetricsLog() override;
  void on_sample(Instant time) override;
  Result<Unit> close();
  // A write failed, and the rest is in vain.
  bool failed() const;

 private:
  struct State;
  explicit MetricsLog(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace lastmile::scenario
