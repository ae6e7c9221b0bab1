// The stream to lastmile-study-mpi: the coordinator of a study on one end, whoever computes on others.
#include <fmt/core.h>
#include <poll.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <string_view>

#include "tools/study/engine/frames.hpp"
#include "tools/study/engine/mpi_protocol.hpp"
#include "tools/study/engine/workers.hpp"

namespace lastmile::study {
namespace {

class Ranks final : public Workers {
 public:
  Ranks(int stream, std::size_t count) : stream_(stream), tasks_(count) {}

  std::size_t count() const override { return tasks_.size(); }
  std::size_t idle() const override {
    return static_cast<std::size_t>(std::count(tasks_.begin(), tasks_.end(), kNone));
  }

  Result<Unit> submit(const Task& task) override {
    const auto slot = std::find(tasks_.begin(), tasks_.end(), kNone);
    LM_CHECK(slot != tasks_.end());
    const auto rank = static_cast<std::uint32_t>(slot - tasks_.begin()) + 1;
    if (!send_frame(stream_, for_rank(rank, task_text(task)))) return lost();
    *slot = task.id;
    return Unit{};
  }

  Result<std::vector<Finished>> wait(Duration patience) override {
    std::vector<Finished> out;
    pollfd stream{stream_, POLLIN, 0};
    const auto ms = std::clamp<std::int64_t>(patience.ns / 1'000'000, 0, 1 << 30);
    if (poll(&stream, 1, static_cast<int>(ms)) <= 0) return out;
    if (!reader_.read_some(stream_)) return lost();
    while (const auto frame = reader_.next()) {
      const auto from = from_rank(*frame);
      if (!from || from->rank == 0 || from->rank > tasks_.size()) return lost();
      auto finished = read_finished(from->text);
      std::uint64_t& task = tasks_[from->rank - 1];
      if (!finished || finished->id != task)
        return Error{fmt::format("rank {}: expected the result of its run", from->rank)};
      task = kNone;
      out.push_back(std::move(*finished));
    }
    return out;
  }

 private:
  static constexpr std::uint64_t kNone = ~std::uint64_t{0};
  static Error lost() { return Error{"the MPI job has ended; what finished is kept: start the study again"}; }

  int stream_;
  FrameReader reader_;
  std::vector<std::uint64_t> tasks_;  // by rank - 1
};

}  // namespace

Result<std::optional<MpiLink>> mpi_link() {
  const char* text = std::getenv(kLinkVariable);
  if (text == nullptr) return std::optional<MpiLink>();
  const std::string_view view(text);
  MpiLink link;
  const auto [end, error] = std::from_chars(view.data(), view.data() + view.size(), link.stream);
  const std::string_view role(end, static_cast<std::size_t>(view.data() + view.size() - end));
  if (error != std::errc{} || link.stream < 0 || (role != kCoordinatorRole && role != kWorkerRole)) {
    return Error{fmt::format("{}: expected what lastmile-study-mpi sets, found \"{}\"", kLinkVariable, view)};
  }
  link.coordinator = role == kCoordinatorRole;
  return std::optional<MpiLink>(link);
}

Result<std::unique_ptr<Workers>> make_ranks(const MpiLink& link) {
  FrameReader reader;
  const auto hello = receive_frame(link.stream, reader);
  std::size_t count = 0;
  if (hello) std::from_chars(hello->data(), hello->data() + hello->size(), count);
  if (count == 0) return Error{"expected a number of ranks from lastmile-study-mpi"};
  return std::unique_ptr<Workers>(std::make_unique<Ranks>(link.stream, count));
}

Result<Unit> serve(const MpiLink& link, RunPoint run, PoolOptions options) {
  options.jobs = 1;
  const auto pool = make_pool(std::move(run), options);
  FrameReader reader;
  while (const auto frame = receive_frame(link.stream, reader)) {
    const auto task = read_task(*frame);
    if (!task) return Error{"expected a task from lastmile-study-mpi"};
    if (auto given = pool->submit(*task); !given.ok()) return given.error();
    for (bool done = false; !done;) {
      const auto finished = pool->wait(seconds(1));
      if (!finished.ok()) return finished.error();
      for (const Finished& each : *finished) {
        done = true;
        if (!send_frame(link.stream, finished_text(each))) return Unit{};
      }
    }
  }
  return Unit{};
}

}  // namespace lastmile::study
