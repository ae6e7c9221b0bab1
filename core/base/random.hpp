// Deterministic random numbers. Every purpose draws from a stream of its own, derived from (seed, scope, name), so that
// a draw added somewhere changes nobody else's luck. Built from + - * / and sqrt only: the C library's transcendental
// functions differ between CPUs in the last bit.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>

#include "core/base/check.hpp"
#include "core/base/time.hpp"

namespace lastmile {

// xoshiro256** (Blackman, Vigna), seeded by splitmix64.
class Generator {
 public:
  explicit Generator(std::uint64_t seed);

  std::uint64_t next();                                       // uniform over 64 bits
  std::uint64_t below(std::uint64_t bound);                   // uniform in [0, bound), bound > 0, without bias
  std::int64_t between(std::int64_t low, std::int64_t high);  // uniform in [low, high]
  double unit();                                              // uniform in [0, 1), 53 bits
  bool chance(double probability);                            // true with this probability
  double exponential(double mean);
  double normal(double mean, double deviation);
  double lognormal(double median, double sigma);
  double pareto(double scale, double shape);
  Duration uniform(Duration low, Duration high);  // in [low, high]

  template <class Container>
  void shuffle(Container& items) {
    for (std::size_t i = items.size(); i > 1; --i) {
      using std::swap;
      swap(items[i - 1], items[below(i)]);
    }
  }

  // UniformRandomBitGenerator, for libraries that demand one. Do not use std distributions: they differ by library.
  using result_type = std::uint64_t;
  static constexpr result_type min() { return 0; }
  static constexpr result_type max() { return ~result_type{0}; }
  result_type operator()() { return next(); }

 private:
  std::uint64_t s_[4];
};

// Seed of the substream (seed, scope, name): scope is the index of a node, or kRunScope for the run itself.
inline constexpr std::uint64_t kRunScope = ~std::uint64_t{0};
std::uint64_t substream(std::uint64_t seed, std::uint64_t scope, std::string_view name);

// Natural logarithm and exponential by our own routines, equal on every CPU; relative error below 1e-14.
double portable_log(double x);                      // x > 0
double portable_exp(double x);                      // saturates to 0 and to the largest double
double portable_pow(double base, double exponent);  // base > 0

}  // namespace lastmile
