// events.lmt (scenario-format.md 8): line 1 is a JSON header that explains the rest; then records, little endian:
// u64 time ns, u32 node, u16 kind, u16 length, payload. docs/read_events.py reads it.
#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "scenarios/engine/model/scenario.hpp"
#include "scenarios/engine/watch/observer.hpp"

namespace lastmile::scenario {

// Kinds of our own; below them trace::Kind numbers.
enum class LogKind : std::uint16_t {
  message = 1000,    // u32 number, text item_hash: from here on the number stands for the hash
  phase = 1001,      // u8 phase
  fault = 1002,      // u8 1 = begins, u32 entry
  delivered = 1003,  // record full: u8 kind, u32 source, u64 payload digest
};
inline constexpr std::uint32_t kNoNode = 0xffffffffU;  // the run itself

// Record `summary`: phases, faults, publish, acknowledge, first processing per (message, node), status changes, blocks,
// reorganisations, starts and crashes. `full`: also every other trace event, and what the runner passes to delivered().
class EventLog final : public Observer {
 public:
  // Creates the file and writes the header. Record::none: writes the header only.
  static Result<std::unique_ptr<EventLog>> create(const std::string& path, const Scenario& scenario,
                                                  const NodeTable& nodes);
  ~EventLog() override;

  void on_action(const Action& action) override;
  void on_event(Instant time, Node node, const trace::Event& event) override;
  // Every event of the run digest, when record is `full`.
  void delivered(Instant time, Node node, std::uint8_t kind, std::uint32_t source, std::uint64_t digest);

  // Flushes and closes; says whether everything reached the file.
  Result<Unit> close();
  // A write failed, and the rest is in vain.
  bool failed() const;
  std::uint64_t records() const;

 private:
  struct State;
  explicit EventLog(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace lastmile::scenario
