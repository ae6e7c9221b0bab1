// Who listens to a run: checks, measures, the event file, metrics. The runner calls them in the order of time.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "core/base/time.hpp"
#include "core/trace/event.hpp"
#include "scenarios/engine/timeline/timeline.hpp"
#include "scenarios/engine/traffic/traffic.hpp"

namespace lastmile::scenario {

// Why a wallet's message was not taken.
enum class Refusal : std::uint8_t {
  no_answer,  // the node could not be reached, or died before it answered
  no_room,    // the node said that it has no room for it now
  rejected,   // the node said that it is not valid
};

class Observer {
 public:
  virtual ~Observer() = default;
  // After the runner carried it out.
  virtual void on_action(const Action&) {}
  // Before the wallet hands the message in: from now on it may appear in events.
  virtual void on_publication(const Publication&) {}
  // A message that no traffic entry made but that is rightly in the run (those of adversaries): signed by a
  // wallet of the run, not counted as published, and owed to nobody.
  virtual void on_signed(const message::ItemHash&) {}
  // The wallet's message was not taken. Tell Traffic::lost too. Nobody owes anything for one without room or answer; a
  // rejected one is owed unless the rules refuse it (Expectations): the node may only not know enough yet.
  virtual void on_refusal(Instant, Node, std::uint64_t /*number*/, Refusal) {}
  // Every trace event of every node. event.item is valid during the call only.
  virtual void on_event(Instant, Node, const trace::Event&) {}
  // Once per second of the run's time, and at its end. All nodes are at rest.
  virtual void on_sample(Instant) {}
};

// Passes everything on, in order.
class Observers final : public Observer {
 public:
  void add(Observer& observer) { list_.push_back(&observer); }
  void on_action(const Action& action) override {
    for (auto* o : list_) o->on_action(action);
  }
  void on_publication(const Publication& p) override {
    for (auto* o : list_) o->on_publication(p);
  }
  void on_signed(const message::ItemHash& hash) override {
    for (auto* o : list_) o->on_signed(hash);
  }
  void on_refusal(Instant t, Node n, std::uint64_t number, Refusal why) override {
    for (auto* o : list_) o->on_refusal(t, n, number, why);
  }
  void on_event(Instant t, Node n, const trace::Event& e) override {
    for (auto* o : list_) o->on_event(t, n, e);
  }
  void on_sample(Instant t) override {
    for (auto* o : list_) o->on_sample(t);
  }

 private:
  std::vector<Observer*> list_;
};

inline constexpr Duration kSampleInterval = seconds(1);

}  // namespace lastmile::scenario
