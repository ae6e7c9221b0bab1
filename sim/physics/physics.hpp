// Resources that activities share: the links, disks and cores of machines (simulation-engine.md 5, 6, 8). SimGrid
// computes who gets how much of them (max-min fairness); this room hides its version, its settings and its traps.
//
//   auto physics = std::move(Physics::create({})).value();
//   physics->add_machine(...);                               all machines before the first activity
//   physics->transfer(token, from, to, bytes);
//   while (physics->active() > 0) physics->advance(end, completions);
//
// Completions come back by token, with their exact instant. A clock of its own follows the clock of the run: it stands
// still while nothing is active.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "core/base/result.hpp"
#include "core/base/time.hpp"

namespace lastmile::sim {

// Zero: no limit worth modelling.
struct MachineResources {
  std::uint64_t uplink_bits = 0;  // per second
  std::uint64_t downlink_bits = 0;
  std::uint64_t disk_read_bytes = 0;  // per second
  std::uint64_t disk_write_bytes = 0;
  std::uint32_t cores = 1;
  std::uint64_t speed = 1'000'000'000;  // of one core: parts per 10^9 of the reference machine
  std::uint64_t idle_milliwatts = 0;    // drawn while on and idle; only with PhysicsOptions::energy
  std::uint64_t busy_milliwatts = 0;    // drawn with all cores at work, not below idle; between them by busy cores
};

struct PhysicsOptions {
  bool energy = false;
};

using ActivityToken = std::uint64_t;  // chosen by the user, unique among what is active

struct Completion {
  Instant at;
  ActivityToken token = 0;
  bool ok = false;  // false: a machine it needs is, or was turned, off
};

// Of one machine, until now(): what energy_joules() is of.
struct MachineUse {
  Duration on;
  Duration core_time;  // of all cores that computed
};

class Physics {
 public:
  // SimGrid has one engine per process, and its clock survives it: refused the second time.
  static Result<std::unique_ptr<Physics>> create(const PhysicsOptions& options);
  ~Physics();
  Physics(const Physics&) = delete;
  Physics& operator=(const Physics&) = delete;

  std::uint32_t add_machine(const MachineResources& resources);  // its number, from 0

  // Begin at now(). A transfer is between two machines; latency is the business of the user.
  void transfer(ActivityToken token, std::uint32_t from, std::uint32_t to, std::uint64_t bytes);
  void read(ActivityToken token, std::uint32_t machine, std::uint64_t bytes);
  void write(ActivityToken token, std::uint32_t machine, std::uint64_t bytes);
  void compute(ActivityToken token, std::uint32_t machine, Duration work);  // on one core of the reference machine

  // No completion follows. All three ignore what is not active.
  void cancel(ActivityToken token);
  void suspend(ActivityToken token);
  void resume(ActivityToken token);
  std::uint64_t remaining(ActivityToken token) const;  // bytes, or nanoseconds of work; 0 when not active

  // Rates change at once, for what is under way too. Zero as above.
  void set_links(std::uint32_t machine, std::uint64_t uplink_bits, std::uint64_t downlink_bits);
  void set_disk(std::uint32_t machine, std::uint64_t read_bytes, std::uint64_t write_bytes);
  // What is under way there, or to or from there, fails at now(); what begins while it is off fails at once. Machines
  // are on at first; these two are no first activity.
  void turn_off(std::uint32_t machine);
  void turn_on(std::uint32_t machine);

  std::size_t active() const;
  Instant now() const;
  // Moves on to `until` (not before now()), or to the first instant at which something completes, and appends what
  // completed there.
  void advance(Instant until, std::vector<Completion>& completions);

  MachineUse use(std::uint32_t machine) const;
  double energy_joules(std::uint32_t machine) const;  // drawn until now(); 0 without PhysicsOptions::energy

 private:
  Physics();
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace lastmile::sim
