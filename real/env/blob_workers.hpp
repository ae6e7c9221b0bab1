#pragma once

#include <array>
#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <thread>

#include "core/env/disk.hpp"
#include "real/env/blob_files.hpp"
#include "real/env/loop.hpp"
#include "real/env/rocks_disk.hpp"

namespace lastmile::real {

// Runs blob operations on worker threads and answers on the loop. Operations on one name keep their order: a name
// always goes to the same worker. Loop thread only, except what the workers do inside.
class BlobWorkers : public std::enable_shared_from_this<BlobWorkers> {
 public:
  BlobWorkers(Loop& loop, std::filesystem::path root);
  // Waits for the operations under way; drops the others and all answers. Must be called before destruction.
  void shut_down();

  void put(const std::string& name, Bytes bytes, env::Done<Unit> done);
  void get(env::ContentRange range, env::Done<Bytes> done);
  void remove(const std::string& name, env::Done<Unit> done);
  std::optional<std::uint64_t> size(std::string_view name) const { return files_.size(name); }

 private:
  struct Worker {
    std::mutex mutex;
    std::condition_variable wake;
    std::deque<Callback<void()>> tasks;
    bool stopping = false;
    std::thread thread;
  };

  template <class T>
  using Answers = std::map<std::uint64_t, env::Done<T>>;

  // The operation runs on the name's worker, its answer is kept here until it comes back.
  template <class T, class Operation>
  void run(const std::string& name, Answers<T>& answers, env::Done<T> done, Operation operation);
  template <class T>
  void answer(Answers<T>& answers, std::uint64_t id, Result<T> result);
  void work(Worker& worker);

  Loop& loop_;
  BlobFiles files_;
  std::array<Worker, kBlobWorkers> workers_;
  std::uint64_t last_id_ = 0;
  Answers<Unit> units_;
  Answers<Bytes> contents_;
};

}  // namespace lastmile::real
