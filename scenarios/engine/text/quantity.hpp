// Quantities with units (scenario-format.md 1). Every result is an exact integer: the decimal text times the unit is
// computed without rounding and, only if it is no whole number of the smallest unit, rounded once, half away from zero.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/amount.hpp"
#include "core/base/result.hpp"
#include "core/base/time.hpp"

namespace lastmile::scenario {

struct Size {
  std::uint64_t bytes = 0;
  friend auto operator<=>(Size, Size) = default;
};
// Events per time; 10^-6 events per day are the smallest unit, so that "1/d" and a million per second both are exact.
struct Rate {
  std::uint64_t micro_per_day = 0;
  friend auto operator<=>(Rate, Rate) = default;
  Duration mean_interval() const;  // the largest Duration for a rate of 0
};
struct Bandwidth {
  std::uint64_t bits_per_second = 0;
  friend auto operator<=>(Bandwidth, Bandwidth) = default;
};
struct Power {
  std::uint64_t milliwatts = 0;
  friend auto operator<=>(Power, Power) = default;
};
// A part of a whole, in parts per 10^9; 0 to 10^9.
struct Share {
  std::uint32_t parts = 0;
  friend auto operator<=>(Share, Share) = default;
  double value() const { return static_cast<double>(parts) / 1e9; }
};
inline constexpr std::uint32_t kWhole = 1'000'000'000;
struct Drift {
  std::int64_t parts = 0;  // per 10^9, above -10^9
  friend auto operator<=>(Drift, Drift) = default;
};

// The longest duration of a file, about 63 years: a moment, a length and a drawn wait add up without overflow.
inline constexpr Duration kDurationMax{2'000'000'000'000'000'000};
// The longest time that bytes take on the way, a disk for one write or a chain for an answer. Whoever wants to see what
// happens when nothing comes at all cuts, pauses or crashes.
inline constexpr Duration kLatencyMax = hours(1);

// One megawatt: more than any machine of a network draws, and energies of long runs still add up.
inline constexpr Power kPowerMax{1'000'000'000};

// Errors say only what is wrong with the text ("unknown unit parsecs"); the caller knows what it expected.
Result<Duration> parse_duration(std::string_view text);         // "1h30min", "250ms", "1e3s"; 0 to kDurationMax
Result<Duration> parse_signed_duration(std::string_view text);  // also "-5s", "+5s"
Result<Size> parse_size(std::string_view text);                 // "600B", "1.5MiB"
Result<Rate> parse_rate(std::string_view text);                 // "10/s"
Result<Bandwidth> parse_bandwidth(std::string_view text);       // "200Mbit/s", "1MiB/s"
Result<Power> parse_power(std::string_view text);               // "8.5W"; at most kPowerMax
Result<Share> parse_share(std::string_view text);               // "12.5%"
Result<Share> parse_bare_share(std::string_view number);        // "0.125": a JSON number
Result<Amount> parse_amount(std::string_view text);             // "1.5token", "15unit"
Result<Drift> parse_drift(std::string_view text);               // "-20ppm"

// Spelled so that parsing gives the same value back: the largest unit that divides evenly ("90s", "5min", "1500us").
std::string duration_text(Duration value);
std::string size_text(Size value);
std::string rate_text(Rate value);
std::string bandwidth_text(Bandwidth value);
std::string power_text(Power value);
std::string share_text(Share value);
std::string sum_text(std::uint64_t parts);  // of shares, which may pass 100%
std::string amount_text(const Amount& value);
std::string drift_text(Drift value);

// For people: "21.4 s", "5 min 30 s", "1.4 MiB", "1,482".
std::string human_duration(Duration value);
std::string human_size(std::uint64_t bytes);
std::string human_count(std::uint64_t count);
// "1 node", "2,500 nodes".
std::string counted(std::uint64_t count, std::string_view noun);

}  // namespace lastmile::scenario
