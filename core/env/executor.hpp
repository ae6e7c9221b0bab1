#pragma once

#include <cstdint>
#include <memory>

#include "core/base/callback.hpp"
#include "core/base/time.hpp"

namespace lastmile::env {

// Order is kept inside a lane only, so that hashing a large file does not hold up signatures. signatures: of messages
// and heads. hashing: contents compared with their names, archives read and written. queries: long reads of a snapshot.
enum class Lane : std::uint8_t { signatures, hashing, queries };
inline constexpr std::size_t kLaneCount = 3;

// What a job gives back: immutable and shared. The submitter knows the concrete type.
class JobOutput {
 public:
  virtual ~JobOutput() = default;
  // Bytes that keeping it costs, roughly: who keeps outputs for others has a bound of memory.
  virtual std::size_t memory_bytes() const { return 64; }
};
using JobResult = std::shared_ptr<const JobOutput>;

// 128-bit digest of kind and input. Two jobs with the same key give the same result: the simulator may compute it once
// for all nodes (and charge each of them). The key of all zeros belongs to no input: such a job is never shared.
struct JobKey {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  friend auto operator<=>(const JobKey&, const JobKey&) = default;
};

struct Job {
  JobKey key;
  Duration cost;              // CPU time on the reference machine; the simulator charges it, real ignores it
  Callback<JobResult()> run;  // pure; may run on another thread; must own everything it touches; must not throw
  // For inputs so large that their digest is work by itself: stands for `key` when set. Pure as run; called once, at
  // most, before run, and only in a world that shares results.
  Callback<JobKey()> make_key = {};
};

// Pure heavy work off the loop. done runs on the loop, in submission order per lane, never inside submit(). The
// executor does not refuse: the caller bounds what it has in flight (in_flight tells). A crash drops jobs and their
// answers.
class Executor {
 public:
  virtual ~Executor() = default;
  virtual void submit(Lane lane, Job job, Callback<void(JobResult)> done) = 0;
  virtual std::size_t in_flight(Lane lane) const = 0;
};

}  // namespace lastmile::env
