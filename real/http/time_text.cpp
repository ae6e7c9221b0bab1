#include "real/http/time_text.hpp"

#include <array>
#include <chrono>
#include <cstdio>

namespace lastmile::http {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

std::string iso(Wall time, const char* zone) {
  using std::chrono::days;
  const auto since = std::chrono::nanoseconds(time.ns);
  const auto day = std::chrono::floor<days>(since);
  const std::chrono::year_month_day date{std::chrono::sys_days(day)};
  const auto in_day = std::chrono::duration_cast<std::chrono::microseconds>(since - day).count();
  const std::int64_t second = in_day / 1'000'000;
  std::array<char, 64> room{};
  int size =
      std::snprintf(room.data(), room.size(), "%04d-%02u-%02uT%02d:%02d:%02d", static_cast<int>(date.year()),
                    static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                    static_cast<int>(second / 3600), static_cast<int>(second / 60 % 60), static_cast<int>(second % 60));
  std::string out(room.data(), static_cast<std::size_t>(size));
  if (in_day % 1'000'000 != 0) {
    size = std::snprintf(room.data(), room.size(), ".%06d", static_cast<int>(in_day % 1'000'000));
    out.append(room.data(), static_cast<std::size_t>(size));
  }
  return out + zone;
}

// Exactly `digits` of them.
std::optional<int> take_number(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return std::nullopt;
  int value = 0;
  for (const char c : text.substr(0, digits)) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  text.remove_prefix(digits);
  return value;
}

bool take(std::string_view& text, char c) {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

}  // namespace

std::string iso_plus(Wall time) { return iso(time, "+00:00"); }
std::string iso_z(Wall time) { return iso(time, "Z"); }

std::optional<Wall> parse_iso(std::string_view text) {
  const auto year = take_number(text, 4);
  if (!year || !take(text, '-')) return std::nullopt;
  const auto month = take_number(text, 2);
  if (!month || !take(text, '-')) return std::nullopt;
  const auto day = take_number(text, 2);
  if (!day || !take(text, 'T')) return std::nullopt;
  const auto hour = take_number(text, 2);
  if (!hour || *hour > 23 || !take(text, ':')) return std::nullopt;
  const auto minute = take_number(text, 2);
  if (!minute || *minute > 59 || !take(text, ':')) return std::nullopt;
  const auto second = take_number(text, 2);
  if (!second || *second > 59) return std::nullopt;
  std::int64_t fraction = 0;
  if (take(text, '.')) {
    std::int64_t unit = kSecond;
    while (!text.empty() && text.front() >= '0' && text.front() <= '9' && unit > 1) {
      unit /= 10;
      fraction += (text.front() - '0') * unit;
      text.remove_prefix(1);
    }
  }
  if (text != "Z" && text != "+00:00") return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok() || *year < 1970 || *year > 2261) return std::nullopt;
  const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  return Wall{(days * 86400 + *hour * 3600 + *minute * 60 + *second) * kSecond + fraction};
}

}  // namespace lastmile::http
