#include "real/env/thread_pool_executor.hpp"

#include <algorithm>
#include <array>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

namespace lastmile::real {
namespace {

constexpr std::size_t index_of(env::Lane lane) { return static_cast<std::size_t>(lane); }

}  // namespace

class ThreadPoolExecutor::Pool : public std::enable_shared_from_this<ThreadPoolExecutor::Pool> {
 public:
  Pool(Loop& loop, std::size_t threads) : loop_(loop) {
    workers_.reserve(threads);
    for (std::size_t i = 0; i < threads; ++i) {
      const bool signatures_only = i == 0 && threads > 1;
      workers_.emplace_back([this, signatures_only] { work(signatures_only); });
    }
  }

  void submit(env::Lane lane, env::Job job, Callback<void(env::JobResult)> done) {
    Lane& mine = lanes_[index_of(lane)];
    mine.answers.push_back(std::move(done));
    {
      const std::scoped_lock lock(mutex_);
      mine.slots.push_back({std::move(job.run), nullptr, false});
    }
    wake_.notify_all();  // one worker does not take every lane
  }

  std::size_t in_flight(env::Lane lane) const { return lanes_[index_of(lane)].answers.size(); }

  void shut_down() {
    dead_ = true;
    {
      const std::scoped_lock lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_all();
    for (std::thread& worker : workers_) worker.join();
    for (Lane& lane : lanes_) {
      lane.slots.clear();
      lane.answers.clear();
    }
  }

 private:
  struct Slot {
    Callback<env::JobResult()> run;
    env::JobResult result;
    bool finished;
  };
  struct Lane {
    // Guarded by mutex_. Slots leave at the front when the loop has taken them; a deque keeps references while it
    // grows.
    std::deque<Slot> slots;
    std::size_t started = 0;  // so many at the front were given to a worker
    // Loop thread only: one answer for every slot, in the same order.
    std::deque<Callback<void(env::JobResult)>> answers;
  };

  void work(bool signatures_only) {
    std::size_t turn = 0;
    std::unique_lock lock(mutex_);
    for (;;) {
      Lane* lane = nullptr;
      for (std::size_t i = 0; i < lanes_.size() && lane == nullptr; ++i) {
        const std::size_t candidate = signatures_only ? index_of(env::Lane::signatures) : (turn + i) % lanes_.size();
        if (lanes_[candidate].started < lanes_[candidate].slots.size()) {
          lane = &lanes_[candidate];
          turn = candidate + 1;
        }
      }
      if (stopping_) return;
      if (lane == nullptr) {
        wake_.wait(lock);
        continue;
      }
      Slot& slot = lane->slots[lane->started++];
      {
        Callback<env::JobResult()> run = std::move(slot.run);
        lock.unlock();
        env::JobResult result = run();
        run = {};  // what the job owned goes before its answer is told
        lock.lock();
        slot.result = std::move(result);
        slot.finished = true;
      }
      if (&slot == &lane->slots.front() && !hand_out_posted_) {
        hand_out_posted_ = true;
        loop_.post([weak = weak_from_this()] {
          if (const auto self = weak.lock()) self->hand_out();
        });
      }
    }
  }

  // On the loop: gives every lane's finished front to its submitters.
  void hand_out() {
    if (dead_) return;
    struct Finished {
      env::JobResult result;
      std::size_t lane;
    };
    std::vector<Finished> finished;
    {
      const std::scoped_lock lock(mutex_);
      hand_out_posted_ = false;
      for (std::size_t i = 0; i < lanes_.size(); ++i) {
        Lane& lane = lanes_[i];
        while (!lane.slots.empty() && lane.slots.front().finished) {
          finished.push_back({std::move(lane.slots.front().result), i});
          lane.slots.pop_front();
          --lane.started;
        }
      }
    }
    for (Finished& one : finished) {
      auto& answers = lanes_[one.lane].answers;
      auto answer = std::move(answers.front());
      answers.pop_front();
      answer(std::move(one.result));
      if (dead_) return;
    }
  }

  Loop& loop_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::array<Lane, env::kLaneCount> lanes_;
  bool hand_out_posted_ = false;
  bool stopping_ = false;
  bool dead_ = false;  // loop thread only
  std::vector<std::thread> workers_;
};

ThreadPoolExecutor::ThreadPoolExecutor(Loop& loop, std::size_t threads)
    : pool_(std::make_shared<Pool>(
          loop, threads != 0 ? threads : std::max<std::size_t>(2, std::thread::hardware_concurrency()))) {}

ThreadPoolExecutor::~ThreadPoolExecutor() { pool_->shut_down(); }

void ThreadPoolExecutor::submit(env::Lane lane, env::Job job, Callback<void(env::JobResult)> done) {
  LM_CHECK(job.run && done);
  pool_->submit(lane, std::move(job), std::move(done));
}

std::size_t ThreadPoolExecutor::in_flight(env::Lane lane) const { return pool_->in_flight(lane); }

}  // namespace lastmile::real
