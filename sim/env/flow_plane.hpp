// Bulk at level `flow`: parcels, blob reads and large groups of writes that share the links and disks of machines, as
// sim/physics computes it; and the machines themselves: on or off, long jobs on their cores, what they draw.
//
// Two clocks, one order (simulation-engine.md section 4). While something is under way, the clock of the physics is
// brought to the end of a bucket of the event ring before that bucket is opened; a completion becomes an event with its
// exact date. What is begun while a bucket drains begins at that bucket's end, at most 65.5 us late.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "core/base/time.hpp"
#include "sim/env/access_link.hpp"
#include "sim/env/hardware.hpp"
#include "sim/env/held_frame.hpp"
#include "sim/env/node_index.hpp"
#include "sim/env/slot_table.hpp"
#include "sim/physics/physics.hpp"

namespace lastmile::sim {

class Kernel;

class FlowPlane {
 public:
  FlowPlane(Kernel& kernel, std::unique_ptr<Physics> physics);
  ~FlowPlane();  // releases what is under way
  FlowPlane(const FlowPlane&) = delete;
  FlowPlane& operator=(const FlowPlane&) = delete;

  // In the order of NodeIndex, all before the first activity and before anything is later than the start. Off at first.
  void add_machine(const Hardware& hardware);
  // A machine is on while its node runs. When it goes off, what is under way there, or to or from there, is lost: how
  // many parcels.
  void machine_on(NodeIndex node);
  std::size_t machine_off(NodeIndex node);

  // A job begins on a core of the node, that of SimExecutor which is told its end as on_computed(). `begins`: not
  // before now, nor after what the physics has come to. `length`: what it takes there, at least kLongJobMin.
  ActivityToken compute(NodeIndex node, std::uint32_t core, std::int64_t begins, Duration length);
  void suspend(ActivityToken job);
  void resume(ActivityToken job);

  // What the machine has drawn by the physics, which is of `use` (EngineConfig::energy; else nothing).
  struct Drawn {
    double joules = 0;
    MachineUse use;
  };
  Drawn drawn(NodeIndex node);

  // From one node to another; `parcel` becomes an event of its kind at `to`, `latency` after its last byte was sent.
  // Limits of NetworkModel apply: beyond them it waits for its turn at the sender. False: too many wait there, nothing
  // happens.
  bool send(NodeIndex from, NodeIndex to, const HeldFrame& parcel, Duration latency);
  // From and to the node's disk; `read` and `write`, whose `connection` is the node's incarnation, become events of the
  // node, `seek` or `sync` after their last byte.
  void read(NodeIndex node, const HeldFrame& read, Duration seek);
  void write(NodeIndex node, const HeldFrame& write, Duration sync);

  // The node's disk works at this part of its speed from now on, parts per 10^9; also on what is under way.
  void set_disk_speed(NodeIndex node, std::uint64_t left);

  // The connection is gone for one of its ends, or the asker has given the answer up: what passes there is dropped. How
  // many.
  std::size_t end_connection(std::uint32_t connection);
  std::size_t end_answer(NodeIndex asker, SlotRef fetch);
  // Rules of paths changed, a node was paused or resumed: what cannot pass stands still and keeps its bytes, what has
  // got a limit of its own keeps to it.
  void refresh();

  bool idle() const { return physics_->active() == 0; }
  // Brings the physics to `end` (ns), or to the first completion before it, whose event is posted. Whether there was
  // one.
  bool advance(std::int64_t end);

 private:
  struct Activity {
    NodeIndex from;
    NodeIndex to;  // the same: a read
    HeldFrame event;
    Duration latency;
    std::uint64_t left = 0;        // bytes not handed to the physics yet
    std::uint64_t limit_bits = 0;  // of its path, under which it flows now; 0: none
    std::int64_t limit_end = 0;    // the limit has passed what was handed over
    std::int64_t wake_at = -1;     // waits for the limit until then
    bool started = false;          // has a place
    bool flowing = false;          // the physics has a part of it
    bool at_disk() const { return from == to; }
  };
  using Activities = std::map<ActivityToken, Activity>;
  struct Computing {
    NodeIndex node;
    std::uint32_t core;
  };
  struct PathLimit {
    std::uint64_t bits;
    AccessLink link;
  };
  struct Sender {
    std::size_t running = 0;            // have a place
    std::deque<ActivityToken> waiting;  // for a place, or for the end of a cut or pause
  };

  bool must_stand(NodeIndex from, NodeIndex to) const;
  bool must_stand(const Activity& activity) const { return must_stand(activity.from, activity.to); }
  bool has_place(const Sender& sender) const;
  ActivityToken begin_at_disk(NodeIndex node, const HeldFrame& event, Duration latency);
  void settle_clock();  // the physics stands at the end of the bucket that drains
  void start(ActivityToken token, Activity& activity);
  void start_waiting();
  void flow(ActivityToken token, Activity& activity);
  void take_back(ActivityToken token, Activity& activity);
  std::uint64_t path_limit(NodeIndex from, NodeIndex to) const;
  void leave(const Activity& activity);  // gives its place back
  Activities::iterator drop(Activities::iterator at);
  template <class Which>
  std::size_t drop_if(const Which& which);
  void tell(const Completion& completion);
  void tell_computed(const Completion& completion);

  Kernel& kernel_;
  std::unique_ptr<Physics> physics_;
  Activities activities_;
  std::map<ActivityToken, Computing> computing_;
  std::map<std::uint32_t, Sender> senders_;                              // by node
  std::map<std::pair<std::uint32_t, std::uint32_t>, PathLimit> limits_;  // of paths in use, by from and to
  std::size_t running_ = 0;                                              // transfers that have a place
  std::uint32_t turn_ = 0;  // the sender to which the next free place is offered first
  ActivityToken tokens_ = 0;
  std::vector<Completion> completions_;  // scratch
  bool telling_ = false;                 // what begins meanwhile begins where the physics stands
  std::size_t lost_ = 0;                 // parcels that failed with a machine
};

}  // namespace lastmile::sim
