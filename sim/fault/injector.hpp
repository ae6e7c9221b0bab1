// Faults with their times, applied to an engine. Selectors, phases and laws are resolved before (scenarios/engine).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/base/callback.hpp"
#include "core/base/random.hpp"
#include "sim/env/engine.hpp"

namespace lastmile::sim {

// Partition, link quality, hold: all are a LinkRule in force from..until.
struct LinkFault {
  LinkRule rule;
};
struct CrashFault {
  std::vector<NodeIndex> who;
  DiskFate disk = DiskFate::kept;
  // Drawn once per node; empty: at `until`. A node that restarts by this law does so even after `until`.
  Callback<std::optional<Duration>(Generator&)> restart_after = {};  // an empty result: never
};
struct PauseFault {
  std::vector<NodeIndex> who;
};
// Nodes leave and come back by laws until the end of the fault, when all are back.
struct ChurnFault {
  std::vector<NodeIndex> who;
  Callback<Duration(Generator&)> session;
  Callback<Duration(Generator&)> absence;
  DiskFate disk = DiskFate::kept;
};
struct ClockFault {
  std::vector<NodeIndex> who;
  Duration step = {};      // of wall(), at `from`
  bool step_back = true;   // undone at `until`
  std::int64_t drift = 0;  // parts per 10^9, while it lasts
};
struct ChainOutageFault {
  std::uint32_t chain = 0;
  std::vector<NodeIndex> who;
};
struct ChainDelayFault {
  std::uint32_t chain = 0;
  std::vector<NodeIndex> who;
  Duration extra;
};
struct ChainReorgFault {  // at `from`
  std::uint32_t chain = 0;
  std::uint64_t depth = 1;
};

struct FaultAction {
  std::string name;
  Instant from;
  Instant until;  // not before from
  std::variant<LinkFault, CrashFault, PauseFault, ChurnFault, ClockFault, ChainOutageFault, ChainDelayFault,
               ChainReorgFault>
      what;
};

struct FaultRecord {
  std::string name;
  Instant from;
  std::optional<Instant> ended;  // when it did
  std::size_t nodes = 0;
  std::uint64_t frames_stopped = 0;
  std::uint64_t crashes = 0;
  std::uint64_t blocks_taken_back = 0;
};

// Puts every action into the engine's queue; must live as long as the run. A crash of a node that is down, or the pause
// of a paused one, does nothing: faults may overlap.
class Injector {
 public:
  Injector(Engine& engine, std::uint64_t seed);
  ~Injector();
  Injector(const Injector&) = delete;
  Injector& operator=(const Injector&) = delete;

  // From now on or later. Returns its position in records(). Draws come from (seed, name).
  std::size_t schedule(FaultAction action);
  // begin = true when it starts, false when it ends; for phases, reports and `when` events of scenarios.
  void on_change(Callback<void(const FaultRecord& record, bool begin)> call);

  std::size_t size() const;
  FaultRecord record(std::size_t position) const;  // counts are those of this moment

 private:
  struct Running;
  Engine& engine_;
  std::uint64_t seed_;
  std::vector<std::unique_ptr<Running>> running_;
  Callback<void(const FaultRecord&, bool)> on_change_;

  void begin(Running& running);
  void end(Running& running);
  void tell(const Running& running, bool begin);
  bool take_down(Running& running, std::size_t who, NodeIndex node, DiskFate disk);
  void bring_back(Running& running, std::size_t who, NodeIndex node);
  void begin_crash(Running& running, CrashFault& fault);
  void churn_on(Running& running, ChurnFault& fault, std::size_t who);
  void churn_off(Running& running, ChurnFault& fault, std::size_t who);
};

}  // namespace lastmile::sim
