// One check while it watches a run. Each says which trace events it wants; the ledger is up to date before it is
// called.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "scenarios/engine/model/scenario.hpp"
#include "scenarios/engine/watch/heal_tracker.hpp"
#include "scenarios/engine/watch/islands.hpp"
#include "scenarios/engine/watch/ledger.hpp"
#include "scenarios/engine/watch/results.hpp"

namespace lastmile::scenario {

// An event with what the ledger makes of it.
struct Seen {
  Instant time;
  Node node;
  const trace::Event& event;
  MessageId id;            // kNoMessage: no wallet of the run made it, or the event names none
  message::Status before;  // what the ledger held before this event
};

// What all checks share. The references outlive them.
struct CheckContext {
  const Scenario& scenario;
  const Timeline& timeline;
  const Ledger& ledger;
  const Islands& islands;
  const HealTracker& healing;

  std::string node_name(Node node) const { return ledger.table()[node].name; }
  // Behind what a check says that asks for a state: whom it did not look at. Empty when there is nobody.
  std::string without_state() const;
  // The same of adversaries, for every check.
  std::string without_adversaries() const;
};

class CheckRun {
 public:
  CheckRun(const CheckContext& context, const Check& check) : c_(context), check_(check) {}
  virtual ~CheckRun() = default;

  virtual std::vector<trace::Kind> wants() const { return {}; }
  virtual void on_event(const Seen&) {}
  // A node runs again; what became of its disk meanwhile.
  virtual void on_restart(Instant, Node, DiskFate) {}
  virtual void on_sample(Instant) {}
  // Liveness: holds at the last sample. Safety checks and limits never hold a run back.
  virtual bool holds() const { return true; }
  virtual CheckResult result(Instant end) = 0;
  const Check& check() const { return check_; }

 protected:
  const CheckContext& c_;
  const Check check_;

  CheckResult start() const { return {check_.name, Verdict::unknown, "", 0, std::nullopt, std::nullopt}; }
  // Of a liveness check that passed and says since when: too late fails. `otherwise`: what was the case until then.
  void judge_within(CheckResult& r, std::string otherwise) const;
  // Remembers the first of several violations.
  void violated(Instant time, Node node, MessageId id, std::string event);
  void violated(Instant time, std::string node, std::string message, std::string event);
  std::optional<Violation> violation_;
  std::uint64_t violations_ = 0;
};

// Of a message that Ledger::recoverable() names.
inline constexpr const char* kRecoverable = "all of it lies on disks of the run, and yet no node has applied it";

using CheckList = std::vector<std::unique_ptr<CheckRun>>;
// Null for a check that no world can do yet (refused before the run by `unsupported`).
std::unique_ptr<CheckRun> make_safety_check(const CheckContext& context, const Check& check);
std::unique_ptr<CheckRun> make_liveness_check(const CheckContext& context, const Check& check);
std::unique_ptr<CheckRun> make_loss_check(const CheckContext& context, const Check& check);

// "3,250 of 3,250 messages on 24 of 24 nodes".
std::string of_count(std::uint64_t part, std::uint64_t whole);

}  // namespace lastmile::scenario
