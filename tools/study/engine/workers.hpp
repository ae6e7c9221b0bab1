// Who computes runs: processes of this machine, or ranks of an MPI job.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "core/base/time.hpp"
#include "tools/study/engine/record.hpp"

namespace lastmile::study {

inline constexpr std::size_t kJobsMax = 1'024;

struct Task {
  std::uint64_t id = 0;  // of whoever hands it out
  std::uint32_t point = 0;
  std::uint32_t replicate = 0;
  std::uint64_t seed = 0;
};

// Computes one run. Called in a worker process: what it does to its process stays there, and it may die. What it throws
// is the reason of a failure.
using RunPoint = std::function<Outcome(const Task&)>;

struct Finished {
  std::uint64_t id = 0;
  Outcome outcome;
};

class Workers {
 public:
  virtual ~Workers() = default;
  virtual std::size_t idle() const = 0;
  virtual std::size_t count() const = 0;
  // One must be idle.
  virtual Result<Unit> submit(const Task& task) = 0;
  // What has finished, after at most `patience`; it may be nothing. A signal ends the wait.
  virtual Result<std::vector<Finished>> wait(Duration patience) = 0;
};

struct PoolOptions {
  std::size_t jobs = 1;
  Duration timeout = {};         // of a run; 0: none
  bool process_per_run = false;  // for runs that leave something behind in their process
};

// Worker processes, forked from this one: what it holds in memory they have too. A process that dies or is killed for
// its timeout gives the outcome of its run, with the last that it said on standard error, and is replaced; its children
// go with it. All end when this process ends, however it does. Not to be used beside other threads.
std::unique_ptr<Workers> make_pool(RunPoint run, const PoolOptions& options);

// Starts a program, gives its standard output (at most kFrameBytesMax; what is more is an error) and status 0 to
// `parse`, anything else is a failure with the status. For a RunPoint that is a command of its own.
Outcome run_command(const std::vector<std::string>& arguments, const std::function<Outcome(const std::string&)>& parse);

// Ranks of an MPI job, behind the stream that lastmile-study-mpi gave to this process (decision 0281).
struct MpiLink {
  int stream = -1;
  bool coordinator = false;  // false: computes for the one that is
};
// From the environment of the process; empty when nobody gave one.
Result<std::optional<MpiLink>> mpi_link();
Result<std::unique_ptr<Workers>> make_ranks(const MpiLink& link);
// Computes what comes until nothing does any more; one run at a time, each in a pool of one.

Result<Unit> serve(const MpiLink& link, RunPoint run, PoolOptions options);

// How tasks and outcomes cross between processes. Empty: not one of ours.
std::string task_text(const Task& task);
std::optional<Task> read_task(std::string_view text);
std::string finished_text(const Finished& finished);
std::optional<Finished> read_finished(std::string_view text);

}  // namespace lastmile::study
