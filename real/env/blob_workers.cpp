#include "real/env/blob_workers.hpp"

#include "core/base/siphash.hpp"

namespace lastmile::real {
namespace {

// One get_blob() answers in memory: a whole large file is read in ranges.
constexpr std::uint64_t kBlobReadMax = 1024ULL * 1024 * 1024;

}  // namespace

BlobWorkers::BlobWorkers(Loop& loop, std::filesystem::path root) : loop_(loop), files_(std::move(root)) {
  for (Worker& worker : workers_) worker.thread = std::thread([this, &worker] { work(worker); });
}

void BlobWorkers::shut_down() {
  for (Worker& worker : workers_) {
    {
      const std::scoped_lock lock(worker.mutex);
      worker.stopping = true;
    }
    worker.wake.notify_one();
  }
  for (Worker& worker : workers_) {
    worker.thread.join();
    worker.tasks.clear();
  }
  units_.clear();
  contents_.clear();
}

void BlobWorkers::work(Worker& worker) {
  std::unique_lock lock(worker.mutex);
  for (;;) {
    worker.wake.wait(lock, [&] { return worker.stopping || !worker.tasks.empty(); });
    if (worker.stopping) return;
    Callback<void()> task = std::move(worker.tasks.front());
    worker.tasks.pop_front();
    lock.unlock();
    task();
    task = {};
    lock.lock();
  }
}

template <class T>
void BlobWorkers::answer(Answers<T>& answers, std::uint64_t id, Result<T> result) {
  const auto found = answers.find(id);
  if (found == answers.end()) return;  // shut down
  auto done = std::move(found->second);
  answers.erase(found);
  done(std::move(result));
}

template <class T, class Operation>
void BlobWorkers::run(const std::string& name, Answers<T>& answers, env::Done<T> done, Operation operation) {
  const std::uint64_t id = ++last_id_;
  answers.emplace(id, std::move(done));
  const auto reply = [this, &answers, id, weak = weak_from_this()](Result<T> result) {
    loop_.post([this, &answers, id, weak, result = std::move(result)]() mutable {
      if (const auto self = weak.lock()) answer(answers, id, std::move(result));
    });
  };
  if (units_.size() + contents_.size() > kBlobOperationsMax) {
    reply(Error{"too many operations on content are waiting"});
    return;
  }
  Worker& worker = workers_[siphash_1_3({}, as_bytes(name)) % workers_.size()];
  {
    const std::scoped_lock lock(worker.mutex);
    worker.tasks.push_back([reply, operation = std::move(operation)]() mutable { reply(operation()); });
  }
  worker.wake.notify_one();
}

void BlobWorkers::put(const std::string& name, Bytes bytes, env::Done<Unit> done) {
  run(name, units_, std::move(done), [this, name, bytes = std::move(bytes)] { return files_.put(name, bytes); });
}

void BlobWorkers::get(env::ContentRange range, env::Done<Bytes> done) {
  const std::string name = range.name;
  run(name, contents_, std::move(done), [this, range = std::move(range)] { return files_.get(range, kBlobReadMax); });
}

void BlobWorkers::remove(const std::string& name, env::Done<Unit> done) {
  run(name, units_, std::move(done), [this, name] { return files_.remove(name); });
}

}  // namespace lastmile::real
