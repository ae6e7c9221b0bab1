// A small world of k nodes as the conformance suite sees it. The simulator and the real node each implement World once
// and hand a Factory to LM_ENV_CONFORMANCE (suite.hpp); the tests know nothing else of either.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <ostream>
#include <string>

#include "core/base/callback.hpp"
#include "core/base/time.hpp"
#include "core/env/chain_gateway.hpp"
#include "core/env/clock.hpp"
#include "core/env/disk.hpp"
#include "core/env/executor.hpp"
#include "core/env/network.hpp"
#include "core/env/random.hpp"
#include "core/env/timers.hpp"

namespace lastmile::env_conformance {

struct WorldOptions {
  std::size_t nodes = 1;
  std::uint64_t seed = 1;  // two worlds with one seed give equal random streams
};

// Pushes a chain about; only for worlds that have one.
class ChainControl {
 public:
  virtual ~ChainControl() = default;
  virtual std::string name() const = 0;
  // Runs the world until the chain has so many more blocks.
  virtual void grow(std::size_t blocks) = 0;
  // Takes back the newest `depth` blocks (fewer than are final) and grows at least depth + 1 new ones in their place.
  virtual void reorg(std::size_t depth) = 0;
  // A block is final once so many are above it.
  virtual std::size_t finality_blocks() const = 0;
};

// Nodes 0 .. nodes-1, started, each able to reach each other by address, none connected. No event happens before the
// first call of on_loop, run_until or run_for, so that a test can register its handlers first. Everything is called by
// the thread of the test.
//
// Needed of a world: links with a finite bandwidth (any from 1 Mbit/s) and a latency below 100 ms; disks without
// faults.
class World {
 public:
  virtual ~World() = default;

  // The objects of one node. References die with crash() and with the world.
  virtual env::Clock& clock(std::size_t node) = 0;
  virtual env::Timers& timers(std::size_t node) = 0;
  virtual env::Network& network(std::size_t node) = 0;
  virtual env::Disk& disk(std::size_t node) = 0;
  virtual env::Random& random(std::size_t node) = 0;
  virtual env::Executor& executor(std::size_t node) = 0;
  virtual env::ChainGateway* chains(std::size_t) { return nullptr; }  // null: this world has no chain, tests skip
  virtual ChainControl* chain() { return nullptr; }

  virtual std::string address(std::size_t node) const = 0;  // what another node dials to reach it
  virtual std::string dead_address() const = 0;             // nobody listens there and dialling fails within 5 s

  // Runs work as a handler of this node's loop and returns after it has returned. Other events may run before or after
  // it.
  virtual void on_loop(std::size_t node, Callback<void()> work) = 0;
  // Lets events happen until the predicate holds (true) or the limit has passed (false). The predicate is looked at
  // first and then between events; it must not call env.
  virtual bool run_until(const std::function<bool()>& predicate, Duration limit) = 0;
  void run_for(Duration length) {
    run_until([] { return false; }, length);
  }

  // The process of the node dies at once: nothing of it is called any more, its connections close, and of its disk
  // whatever was not answered as durable may be gone (a world that can lose it should).
  virtual void crash(std::size_t node) = 0;
  // After crash(): a new incarnation on the same disk and address. New objects, no handlers, no connections.
  virtual void reopen(std::size_t node) = 0;
};

// What INSTANTIATE_TEST_SUITE_P passes to every test.
struct Factory {
  const char* name;
  std::unique_ptr<World> (*make)(const WorldOptions& options);
  const char* lacks = "";  // what it has not, so that a summary says why tests of it are skipped
};

// In the names that CTest shows, instead of the bytes of pointers.
inline void PrintTo(const Factory& factory, std::ostream* out) {
  *out << factory.name;
  if (*factory.lacks != '\0') *out << ", skips what needs " << factory.lacks;
}

}  // namespace lastmile::env_conformance
