#include "core/crypto/scheme/micheline.hpp"

#include <cmath>
#include <cstdint>
#include <cstdio>

namespace lastmile::crypto::scheme {
namespace {

constexpr std::int64_t kSecondsPerDay = 86400;
constexpr double kYear1 = -62135596800.0;      // 0001-01-01T00:00:00Z
constexpr double kYear10000 = 253402300800.0;  // the first second after year 9999

struct Date {
  int year;
  int month;
  int day;
};

// The proleptic Gregorian calendar, counted in eras of 400 years that begin on 1 March.
Date date_of_day(std::int64_t days_since_1970) {
  constexpr std::int64_t kDaysPerEra = 146097;
  const std::int64_t day = days_since_1970 + 719468;  // since 1 March of year 0
  const std::int64_t era = (day >= 0 ? day : day - (kDaysPerEra - 1)) / kDaysPerEra;
  const std::int64_t of_era = day - era * kDaysPerEra;
  const std::int64_t year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
  const std::int64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t month_from_march = (5 * of_year + 2) / 153;
  const std::int64_t month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
  return {static_cast<int>(year_of_era + era * 400 + (month <= 2 ? 1 : 0)), static_cast<int>(month),
          static_cast<int>(of_year - (153 * month_from_march + 2) / 5 + 1)};
}

}  // namespace

std::optional<std::string> micheline_timestamp(double seconds) {
  if (!(seconds >= kYear1 && seconds < kYear10000)) return std::nullopt;
  double whole = 0;
  const double fraction = std::modf(seconds, &whole);
  auto second = static_cast<std::int64_t>(whole);
  auto microsecond = static_cast<std::int64_t>(std::nearbyint(fraction * 1e6));
  if (microsecond < 0) {
    microsecond += 1000000;
    --second;
  } else if (microsecond >= 1000000) {
    microsecond -= 1000000;
    ++second;
  }
  if (second >= static_cast<std::int64_t>(kYear10000)) return std::nullopt;
  std::int64_t days = second / kSecondsPerDay;
  std::int64_t of_day = second % kSecondsPerDay;
  if (of_day < 0) {
    of_day += kSecondsPerDay;
    --days;
  }
  const Date date = date_of_day(days);
  char text[64];
  const int size = std::snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", date.year, date.month,
                                 date.day, static_cast<int>(of_day / 3600), static_cast<int>(of_day / 60 % 60),
                                 static_cast<int>(of_day % 60), static_cast<int>(microsecond / 1000));
  return std::string(text, static_cast<std::size_t>(size));
}

Bytes micheline_payload(std::string_view dapp_url, std::string_view timestamp, std::string_view buffer) {
  std::string text = "Tezos Signed Message: ";
  text.append(dapp_url).append(" ").append(timestamp).append(" ").append(buffer);
  Bytes payload = {0x05, 0x01, 0x00};
  append(payload, std::to_string(2 * text.size()));
  append(payload, text);
  return payload;
}

}  // namespace lastmile::crypto::scheme
