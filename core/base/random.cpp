#include "core/base/random.hpp"

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "core/base/siphash.hpp"

namespace lastmile {
namespace {

std::uint64_t splitmix(std::uint64_t& state) {
  std::uint64_t z = state += 0x9e3779b97f4a7c15U;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31);
}

constexpr double kLn2High = 6.93147180369123816490e-01;  // upper bits of ln 2, so that n * kLn2High is exact
constexpr double kLn2Low = 1.90821492927058770002e-10;

}  // namespace

Generator::Generator(std::uint64_t seed) {
  for (auto& word : s_) word = splitmix(seed);
}

std::uint64_t Generator::next() {
  const std::uint64_t result = std::rotl(s_[1] * 5, 7) * 9;
  const std::uint64_t t = s_[1] << 17;
  s_[2] ^= s_[0];
  s_[3] ^= s_[1];
  s_[1] ^= s_[2];
  s_[0] ^= s_[3];
  s_[2] ^= t;
  s_[3] = std::rotl(s_[3], 45);
  return result;
}

std::uint64_t Generator::below(std::uint64_t bound) {
  LM_CHECK(bound > 0);
  // Lemire's multiplication with rejection of the short tail.
  __extension__ using Wide = unsigned __int128;
  Wide product = static_cast<Wide>(next()) * bound;
  if (static_cast<std::uint64_t>(product) < bound) {
    const std::uint64_t tail = -bound % bound;
    while (static_cast<std::uint64_t>(product) < tail) product = static_cast<Wide>(next()) * bound;
  }
  return static_cast<std::uint64_t>(product >> 64);
}

std::int64_t Generator::between(std::int64_t low, std::int64_t high) {
  LM_CHECK(low <= high);
  const std::uint64_t width = static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low) + 1;
  const std::uint64_t draw = width == 0 ? next() : below(width);
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(low) + draw);
}

double Generator::unit() { return static_cast<double>(next() >> 11) * 0x1p-53; }

bool Generator::chance(double probability) { return unit() < probability; }

double Generator::exponential(double mean) { return -mean * portable_log(1.0 - unit()); }

double Generator::normal(double mean, double deviation) {
  // Marsaglia's polar method; the second value is dropped so that the stream has no hidden state.
  for (;;) {
    const double x = 2.0 * unit() - 1.0;
    const double y = 2.0 * unit() - 1.0;
    const double r = x * x + y * y;
    if (r >= 1.0 || r == 0.0) continue;
    return mean + deviation * x * std::sqrt(-2.0 * portable_log(r) / r);
  }
}

double Generator::lognormal(double median, double sigma) { return median * portable_exp(normal(0.0, sigma)); }

double Generator::pareto(double scale, double shape) { return scale * portable_pow(1.0 - unit(), -1.0 / shape); }

Duration Generator::uniform(Duration low, Duration high) { return {between(low.ns, high.ns)}; }

std::uint64_t substream(std::uint64_t seed, std::uint64_t scope, std::string_view name) {
  return siphash_2_4({seed, scope}, as_bytes(name));
}

double portable_log(double x) {
  LM_CHECK(x > 0.0);
  int exponent = 0;
  std::uint64_t bits = std::bit_cast<std::uint64_t>(x);
  if (bits < 0x0010000000000000U) {  // subnormal: scale up first
    x *= 0x1p54;
    exponent = -54;
    bits = std::bit_cast<std::uint64_t>(x);
  }
  exponent += static_cast<int>(bits >> 52) - 1023;
  double m = std::bit_cast<double>((bits & 0x000fffffffffffffU) | 0x3ff0000000000000U);
  if (m > 1.41421356237309504880) {
    m *= 0.5;
    exponent += 1;
  }
  // ln m = 2 artanh(t), t = (m - 1) / (m + 1), |t| < 0.172: thirteen terms reach the last bit.
  const double t = (m - 1.0) / (m + 1.0);
  const double t2 = t * t;
  double sum = 0.0;
  for (int k = 25; k >= 3; k -= 2) sum = (sum + 1.0 / k) * t2;
  return exponent * kLn2High + (2.0 * t * (1.0 + sum) + exponent * kLn2Low);
}

double portable_exp(double x) {
  if (x > 709.0) return std::numeric_limits<double>::max();
  if (x < -745.0) return 0.0;
  const double scaled = x / 6.93147180559945286227e-01;
  const auto n = static_cast<int>(scaled + (scaled < 0 ? -0.5 : 0.5));
  const double r = (x - n * kLn2High) - n * kLn2Low;  // |r| <= 0.35
  double sum = 1.0;
  for (int k = 14; k >= 1; --k) sum = 1.0 + sum * r / k;
  // Two steps, because 2^n alone may be subnormal or overflow.
  const int half = n / 2;
  const auto power = [](int e) { return std::bit_cast<double>(static_cast<std::uint64_t>(e + 1023) << 52); };
  return sum * power(half) * power(n - half);
}

double portable_pow(double base, double exponent) { return portable_exp(exponent * portable_log(base)); }

}  // namespace lastmile
