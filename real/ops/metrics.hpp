// Counters, gauges and histograms, and their text as Prometheus reads it (text format 0.0.4). Names begin with
// "lastmile_", have base units, and those that only grow end in "_total".
//
// A family has at most one label whose values are a closed set that is given when the family is made: what peers and
// clients send can never become a value. Series are reached by the index of their value.
//
// Counting is for any thread and waits for nobody; registering and text() belong to one thread.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace lastmile::real {

inline constexpr std::size_t kMetricShards = 8;  // of a counter; threads are spread over them
inline constexpr std::size_t kMetricSeriesMax = 2000;

class Counter {
 public:
  void add(std::uint64_t more = 1);
  std::uint64_t value() const;

 private:
  struct alignas(64) Shard {
    std::atomic<std::uint64_t> value{0};
  };
  std::array<Shard, kMetricShards> shards_;
};

class Gauge {
 public:
  void set(double value) { value_.store(value, std::memory_order_relaxed); }
  double value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<double> value_{0};
};

class Histogram {
 public:
  explicit Histogram(std::vector<double> bounds);  // ascending upper ends of buckets
  void observe(double value);
  const std::vector<double>& bounds() const { return bounds_; }
  std::vector<std::uint64_t> counts() const;  // not added up; the last is what lies above all bounds
  double sum() const { return sum_.load(std::memory_order_relaxed); }

 private:
  std::vector<double> bounds_;
  std::unique_ptr<std::atomic<std::uint64_t>[]> counts_;
  std::atomic<double> sum_{0};
};

// A label and all values that it can have.
struct Label {
  std::string_view name = {};
  std::vector<std::string> values = {};  // empty: no label, one series
};

class Metrics {
 public:
  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  template <class T>
  class Family {
   public:
    T& operator[](std::size_t value) { return series_[value]; }  // index of the label's value; 0 without a label
    std::size_t size() const { return series_.size(); }

   private:
    friend class Metrics;
    std::deque<T> series_;
  };

  // What is wrong with a name or a label is a mistake of ours and stops the program. References stay good.
  Family<Counter>& counters(std::string_view name, std::string_view help, Label label = {});
  Family<Gauge>& gauges(std::string_view name, std::string_view help, Label label = {});
  // Counters that somebody else keeps: set to what they are when the text is asked for.
  Family<Gauge>& totals(std::string_view name, std::string_view help, Label label = {});
  Family<Histogram>& histograms(std::string_view name, std::string_view help, const std::vector<double>& bounds,
                                Label label = {});
  // Called by text() before it looks, to set what is read and not counted.
  void before_text(std::function<void()> refresh);

  std::string text() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace lastmile::real
