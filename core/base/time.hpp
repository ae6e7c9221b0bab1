// Three kinds of time that must not be mixed. All count nanoseconds in 64-bit integers; never a double.
#pragma once

#include <compare>
#include <cstdint>

namespace lastmile {

// A length of time, may be negative. Range about +-292 years.
struct Duration {
  std::int64_t ns = 0;
  friend constexpr auto operator<=>(Duration, Duration) = default;
  friend constexpr Duration operator+(Duration a, Duration b) { return {a.ns + b.ns}; }
  friend constexpr Duration operator-(Duration a, Duration b) { return {a.ns - b.ns}; }
  friend constexpr Duration operator*(Duration a, std::int64_t n) { return {a.ns * n}; }
  friend constexpr Duration operator/(Duration a, std::int64_t n) { return {a.ns / n}; }
  constexpr double seconds() const { return static_cast<double>(ns) / 1e9; }  // for people and reports only
};

constexpr Duration nanoseconds(std::int64_t n) { return {n}; }
constexpr Duration microseconds(std::int64_t n) { return {n * 1000}; }
constexpr Duration milliseconds(std::int64_t n) { return {n * 1000000}; }
constexpr Duration seconds(std::int64_t n) { return {n * 1000000000}; }
constexpr Duration minutes(std::int64_t n) { return seconds(60 * n); }
constexpr Duration hours(std::int64_t n) { return seconds(3600 * n); }

// A point on the monotonic clock: since the start of the run (sim) or of the machine (real).
struct Instant {
  std::int64_t ns = 0;
  friend constexpr auto operator<=>(Instant, Instant) = default;
  friend constexpr Instant operator+(Instant t, Duration d) { return {t.ns + d.ns}; }
  friend constexpr Instant operator-(Instant t, Duration d) { return {t.ns - d.ns}; }
  friend constexpr Duration operator-(Instant a, Instant b) { return {a.ns - b.ns}; }
};

// UTC since 1970; may jump in either direction. No conversion to or from Instant exists on purpose.
struct Wall {
  std::int64_t ns = 0;
  friend constexpr auto operator<=>(Wall, Wall) = default;
  friend constexpr Wall operator+(Wall t, Duration d) { return {t.ns + d.ns}; }
  friend constexpr Wall operator-(Wall t, Duration d) { return {t.ns - d.ns}; }
  friend constexpr Duration operator-(Wall a, Wall b) { return {a.ns - b.ns}; }
};

}  // namespace lastmile
