// The benchmark economy (bm1-model.md): a plain loop over doubles, written for it alone, against the engine of the lab
// in doubles and in exact units, in turns. An item is one day. All three must come to the digest of the page first.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <ctime>
#include <vector>

#include "tests/unit/lab/bm1.hpp"
#include "tools/lab/engine/run.hpp"

namespace lastmile::lab {
namespace {

constexpr std::uint32_t kDays = 3'650;
constexpr std::uint64_t kSeed = 1;
constexpr std::uint32_t kPlainNodes = 100;
constexpr std::uint32_t kPlainStakers = 1'000;

double u(std::uint64_t seed, std::uint64_t day, std::uint64_t stream, std::uint64_t i) {
  std::uint64_t z = seed + 0x9E3779B97F4A7C15 * ((((day * 16 + stream) << 20) | i) + 1);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
  return static_cast<double>((z ^ (z >> 31)) >> 11) * 0x1p-53;
}

struct PlainEnd {
  std::uint32_t nodes = 0;
  double price = 0;
  double pool = 0;
  double stakers = 0;
};

// As straight as it can be said: the physical limit that the engine is measured against.
PlainEnd plain_loop(std::uint64_t seed, std::uint32_t days) {
  constexpr std::uint32_t n_all = kPlainNodes;
  constexpr std::uint32_t m_all = kPlainStakers;
  std::array<double, n_all> cost;
  std::array<double, n_all> score;
  std::array<double, n_all> ema{};
  std::array<double, n_all> reward{};
  std::array<double, n_all> mult{};
  std::array<double, n_all + 1> stake{};
  std::array<double, n_all + 1> rate{};
  std::array<double, n_all> operators;
  std::array<bool, n_all> in;
  std::array<bool, n_all> active{};
  std::array<std::uint32_t, n_all> cool{};
  std::vector<double> balance(m_all);
  std::vector<double> reserve(m_all);
  std::vector<std::uint32_t> node(m_all);
  double price = 0.10;
  double pool = 100e6;
  for (std::uint32_t i = 0; i < n_all; ++i) {
    cost[i] = 4 + 16 * u(seed, 0, 1, i);
    score[i] = 0.75 + 0.25 * u(seed, 0, 2, i);
    operators[i] = 200'000;
    in[i] = true;
  }
  for (std::uint32_t j = 0; j < m_all; ++j) {
    const double v = u(seed, 0, 3, j);
    balance[j] = 20'000 + 180'000 * v * v;
    reserve[j] = 0.02 + 0.10 * u(seed, 0, 4, j);
    node[j] = j % n_all;
  }
  std::uint32_t n = 0;
  for (std::uint32_t t = 1; t <= days; ++t) {
    const double four = u(seed, t, 5, 0) + u(seed, t, 5, 1) + u(seed, t, 5, 2) + u(seed, t, 5, 3);
    price *= std::exp(-0.0005 + 0.05 * (four - 2) * std::sqrt(3.0) * 0.4);
    for (std::uint32_t i = 0; i < n_all; ++i) {
      score[i] = std::clamp(score[i] + 0.05 * (0.9 - score[i]) + 0.12 * (u(seed, t, 6, i) - 0.5), 0.0, 1.0);
      mult[i] = std::clamp((score[i] - 0.2) / 0.6, 0.0, 1.0);
    }
    stake.fill(0);
    for (std::uint32_t j = 0; j < m_all; ++j) stake[node[j]] += balance[j];
    n = 0;
    double total = 0;
    for (std::uint32_t i = 0; i < n_all; ++i) {
      active[i] = in[i] && stake[i] >= 500'000;
      if (!active[i]) continue;
      ++n;
      total += stake[i];
    }
    const double per_node = n > 0 ? 15'000.0 / n : 0;
    const double staker_day = n > 0 ? (std::log10(n) + 1) / 3 * 15'000 : 0;
    double paid = 0;
    for (std::uint32_t i = 0; i < n_all; ++i) {
      reward[i] = active[i] ? per_node * mult[i] : 0;
      rate[i] = active[i] ? staker_day * mult[i] / total : 0;
      paid += reward[i] + rate[i] * stake[i];
    }
    const double scale = paid > pool ? pool / paid : 1;
    pool -= paid * scale;
    for (std::uint32_t i = 0; i < n_all; ++i) {
      reward[i] *= scale;
      rate[i] *= scale;
      operators[i] += reward[i];
    }
    for (std::uint32_t j = 0; j < m_all; ++j) balance[j] += balance[j] * rate[node[j]];
    for (std::uint32_t i = 0; i < n_all; ++i) {
      if (in[i]) {
        ema[i] += (reward[i] * price - cost[i] - ema[i]) / 30;
        if (ema[i] < 0 && t - cool[i] > 60) {
          in[i] = false;
          cool[i] = t;
          std::replace(node.begin(), node.end(), i, n_all);
        }
      } else if (t - cool[i] > 60 && u(seed, t, 7, i) < 1.0 / 30 && 15'000.0 / (n + 1) * 0.9 * price > 1.2 * cost[i]) {
        in[i] = true;
        ema[i] = 0;
        cool[i] = t;
      }
    }
    for (std::uint32_t j = 0; j < m_all; ++j) {
      if (!(u(seed, t, 8, j) < 1.0 / 30)) continue;
      bool look = false;
      if (node[j] == n_all) {
        look = 365 * staker_day / std::max(total, 1.0) > reserve[j];
      } else if (365 * rate[node[j]] < 0.8 * reserve[j]) {
        node[j] = n_all;
      } else {
        look = mult[node[j]] < 0.5;
      }
      if (!look) continue;
      std::uint32_t best = n_all;
      for (std::uint32_t k = 0; k < 3; ++k) {
        const auto c = static_cast<std::uint32_t>(n_all * u(seed, t, 9 + k, j));
        if (in[c] && (best == n_all || mult[c] > mult[best])) best = c;
      }
      if (best != n_all) node[j] = best;
    }
  }
  PlainEnd end{n, price, pool, 0};
  for (const double each : balance) end.stakers += each;
  return end;
}

double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

void benchmark_economy(benchmark::State& state) {
  Model fast = bm1_model();
  fast.days = kDays;
  Model exact = fast;
  exact.arithmetic = Arithmetic::exact;
  const auto close = [](double a, double b) { return std::abs(a - b) <= 1e-6 * std::abs(b); };
  const auto is_that_of_the_page = [&](std::uint32_t nodes, double price, double stakers) {
    return nodes == 31 && close(price, 0.0610470802) && close(stakers, 126753479);
  };
  double plain_s = 0;
  double fast_s = 0;
  double exact_s = 0;
  double checked = 0;
  for (auto turn : state) {
    (void)turn;
    const double a = cpu_seconds();
    const PlainEnd plain = plain_loop(kSeed, kDays);
    const double b = cpu_seconds();
    const auto in_doubles = run_model(fast, kSeed, Record::metrics, [&](const DayRow& row) { checked += row.pool; });
    const double c = cpu_seconds();
    const auto in_units = run_model(exact, kSeed, Record::metrics, [&](const DayRow& row) { checked += row.pool; });
    const double d = cpu_seconds();
    if (!is_that_of_the_page(plain.nodes, plain.price, plain.stakers) || !in_doubles.ok() || !in_units.ok() ||
        !is_that_of_the_page(in_doubles->last.active_nodes, in_doubles->last.price_usd,
                             in_doubles->last.staker_balances) ||
        !is_that_of_the_page(in_units->last.active_nodes, in_units->last.price_usd, in_units->last.staker_balances)) {
      state.SkipWithError("the digest is not that of the page");
      return;
    }
    plain_s += b - a;
    fast_s += c - b;
    exact_s += d - c;
  }
  benchmark::DoNotOptimize(checked);
  const double days = static_cast<double>(state.iterations()) * kDays;
  state.counters["plain/s"] = days / plain_s;
  state.counters["fast/s"] = days / fast_s;
  state.counters["exact/s"] = days / exact_s;
  state.counters["fast_ratio"] = plain_s / fast_s;
  state.counters["exact_ratio"] = plain_s / exact_s;
}
BENCHMARK(benchmark_economy)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace lastmile::lab

BENCHMARK_MAIN();
