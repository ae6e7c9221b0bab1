// Text for a page: escaping, and numbers as people read them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace lastmile::study {

std::string escaped(std::string_view text);
// "status_moves_legal" -> "status moves legal".
std::string words(std::string_view name);
// "1,482".
std::string grouped(std::uint64_t value);
// Three significant digits, no exponent between 10^-6 and 10^15; whole numbers stay whole: "0.21", "140", "4.1",
// "1,482".
std::string figure(double value);
// A value in its unit as a reader wants it: seconds as "21.4 s" or "210 ms", bytes as "1.4 MiB", shares as "12.5 %".
std::string with_unit(double value, std::string_view unit);
// "0:30", "5:30", "1:02:00".
std::string clock_time(double seconds);
std::string bytes_text(double bytes);

}  // namespace lastmile::study
