#include "core/message/json_scan.hpp"

#include <array>
#include <charconv>
#include <system_error>

#include "core/base/hex_digit.hpp"
#include "core/message/limits.hpp"

namespace lastmile::message::scan {
namespace {

bool is_json_digit(char c) { return c >= '0' && c <= '9'; }

// Four hexadecimal digits; negative when there are not.
int hex4(const char* p, const char* end) {
  if (end - p < 4) return -1;
  int value = 0;
  for (int i = 0; i < 4; ++i) {
    const int digit = hex_digit(p[i]);
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

// Length of the well-formed UTF-8 sequence at p, whose first byte is above ASCII; 0 when there is none (RFC 3629: no
// overlong forms, no surrogates, nothing above U+10FFFF).
std::size_t utf8_sequence(const char* p, const char* end) {
  const auto at = [&](std::ptrdiff_t i) { return i < end - p ? static_cast<unsigned char>(p[i]) : 0U; };
  const auto continues = [&](std::ptrdiff_t i) { return (at(i) & 0xc0U) == 0x80U; };
  const unsigned first = at(0);
  const unsigned second = at(1);
  if (first >= 0xc2 && first <= 0xdf) return continues(1) ? 2 : 0;
  if (first >= 0xe0 && first <= 0xef) {
    const unsigned low = first == 0xe0 ? 0xa0 : 0x80;
    const unsigned high = first == 0xed ? 0x9f : 0xbf;
    return second >= low && second <= high && continues(2) ? 3 : 0;
  }
  if (first >= 0xf0 && first <= 0xf4) {
    const unsigned low = first == 0xf0 ? 0x90 : 0x80;
    const unsigned high = first == 0xf4 ? 0x8f : 0xbf;
    return second >= low && second <= high && continues(2) && continues(3) ? 4 : 0;
  }
  return 0;
}

class Checker {
 public:
  explicit Checker(std::string_view text) : begin_(text.data()), p_(begin_), end_(begin_ + text.size()) {}

  std::optional<Fault> run() {
    if (!document()) return Fault{static_cast<std::size_t>(p_ - begin_), reason_};
    return std::nullopt;
  }

 private:
  bool refuse(const char* reason) {
    reason_ = reason;
    return false;
  }

  bool document() {
    p_ = skip_space(p_, end_);
    std::size_t depth = 0;
    while (true) {
      // A value is expected.
      if (p_ == end_) return refuse("a value expected, found the end");
      bool opened = false;
      if (*p_ == '{' || *p_ == '[') {
        if (depth == kJsonDepthMax) return refuse("too many levels");
        in_object_[depth++] = *p_ == '{';
        const char closing = *p_ == '{' ? '}' : ']';
        p_ = skip_space(p_ + 1, end_);
        if (p_ != end_ && *p_ == closing) {
          ++p_;
          --depth;
        } else {
          opened = true;
        }
      } else if (!scalar()) {
        return false;
      }
      // Behind a value: close what ends here.
      while (!opened) {
        p_ = skip_space(p_, end_);
        if (depth == 0) return p_ == end_ || refuse("text behind the value");
        if (p_ == end_) return refuse("a closing bracket expected, found the end");
        if (*p_ == ',') {
          p_ = skip_space(p_ + 1, end_);
          break;
        }
        if (*p_ != (in_object_[depth - 1] ? '}' : ']')) return refuse("a comma or the closing bracket expected");
        ++p_;
        --depth;
      }
      if (in_object_[depth - 1] && !key()) return false;
    }
  }

  bool key() {
    if (p_ == end_ || *p_ != '"') return refuse("a key expected");
    if (!string()) return false;
    p_ = skip_space(p_, end_);
    if (p_ == end_ || *p_ != ':') return refuse("a colon expected");
    p_ = skip_space(p_ + 1, end_);
    return true;
  }

  bool scalar() {
    switch (*p_) {
      case '"':
        return string();
      case 't':
        return word("true");
      case 'f':
        return word("false");
      case 'n':
        return word("null");
      default:
        return number();
    }
  }

  bool word(std::string_view expected) {
    if (static_cast<std::size_t>(end_ - p_) < expected.size() ||
        std::memcmp(p_, expected.data(), expected.size()) != 0) {
      return refuse("a value expected");
    }
    p_ += expected.size();
    return true;
  }

  bool string() {
    ++p_;
    while (true) {
      while (end_ - p_ >= 8) {
        const std::uint64_t found = string_specials(load8(p_));
        if (found != 0) {
          p_ += std::countr_zero(found) / 8;
          break;
        }
        p_ += 8;
      }
      if (p_ == end_) return refuse("a string does not end");
      const auto c = static_cast<unsigned char>(*p_);
      if (c == '"') {
        ++p_;
        return true;
      }
      if (c == '\\') {
        if (!escape()) return false;
      } else if (c < 0x20) {
        return refuse("a control character in a string");
      } else if (c < 0x80) {
        ++p_;
      } else {
        const std::size_t length = utf8_sequence(p_, end_);
        if (length == 0) return refuse("not UTF-8");
        p_ += length;
      }
    }
  }

  bool escape() {
    if (end_ - p_ < 2) return refuse("a string does not end");
    if (p_[1] != 'u') {
      if (p_[1] == '\0' || std::strchr("\"\\/bfnrt", p_[1]) == nullptr) return refuse("an unknown escape");
      p_ += 2;
      return true;
    }
    const int unit = hex4(p_ + 2, end_);
    if (unit < 0) return refuse("four hexadecimal digits expected");
    if (unit >= 0xd800 && unit <= 0xdfff) {
      const bool high = unit <= 0xdbff;
      const int low = high && end_ - p_ >= 12 && p_[6] == '\\' && p_[7] == 'u' ? hex4(p_ + 8, end_) : -1;
      if (low < 0xdc00 || low > 0xdfff) return refuse("a lone surrogate");
      p_ += 6;
    }
    p_ += 6;
    return true;
  }

  void digits() {
    while (p_ != end_ && is_json_digit(*p_)) ++p_;
  }

  bool number() {
    const char* const start = p_;
    if (*p_ == '-') ++p_;
    if (p_ == end_ || !is_json_digit(*p_)) return refuse("a value expected");
    if (*p_ == '0') {
      ++p_;
    } else {
      digits();
    }
    bool exponent = false;
    if (p_ != end_ && *p_ == '.') {
      ++p_;
      if (p_ == end_ || !is_json_digit(*p_)) return refuse("a digit expected");
      digits();
    }
    if (p_ != end_ && (*p_ == 'e' || *p_ == 'E')) {
      exponent = true;
      ++p_;
      if (p_ != end_ && (*p_ == '+' || *p_ == '-')) ++p_;
      if (p_ == end_ || !is_json_digit(*p_)) return refuse("a digit expected");
      digits();
    }
    const auto length = static_cast<std::size_t>(p_ - start);
    if (length > kJsonNumberDigitsMax) return refuse("a number has too many digits");
    // A number below 300 characters without exponent is finite; an integer has no range.
    const bool integer = !exponent && std::memchr(start, '.', length) == nullptr;
    if (!integer && (exponent || length > 300) && overflows(start, p_)) return refuse("a number beyond the range");
    return true;
  }

  // Beyond the largest double? Numbers too small for a double read as zero, as everywhere.
  static bool overflows(const char* start, const char* end) {
    double value = 0;
    if (std::from_chars(start, end, value).ec != std::errc::result_out_of_range) return false;
    // Too large or too small: the decimal exponent of the first digit other than zero tells, which are 300 apart at
    // least.
    const char* point = end;
    const char* exponent = end;
    for (const char* q = end; q != start;) {
      --q;
      if (*q == 'e' || *q == 'E') point = exponent = q;
      if (*q == '.') point = q;
    }
    const char* first = start;
    while (first != exponent && (*first < '1' || *first > '9')) ++first;
    std::ptrdiff_t scale = first < point ? point - first : point - first + 1;
    if (exponent != end) {
      constexpr std::ptrdiff_t kFar = 1000000;  // beyond any number of digits
      const bool negative = exponent[1] == '-';
      std::ptrdiff_t shift = 0;
      for (const char* q = exponent + (is_json_digit(exponent[1]) ? 1 : 2); q != end && shift < kFar; ++q) {
        shift = shift * 10 + (*q - '0');
      }
      scale += negative ? -shift : shift;
    }
    return scale > 0;
  }

  const char* begin_;
  const char* p_;
  const char* end_;
  const char* reason_ = "";
  std::array<bool, kJsonDepthMax> in_object_;
};

void append_utf8(std::string& out, unsigned point) {
  if (point < 0x80) {
    out.push_back(static_cast<char>(point));
  } else if (point < 0x800) {
    out.push_back(static_cast<char>(0xc0 | (point >> 6)));
    out.push_back(static_cast<char>(0x80 | (point & 0x3f)));
  } else if (point < 0x10000) {
    out.push_back(static_cast<char>(0xe0 | (point >> 12)));
    out.push_back(static_cast<char>(0x80 | ((point >> 6) & 0x3f)));
    out.push_back(static_cast<char>(0x80 | (point & 0x3f)));
  } else {
    out.push_back(static_cast<char>(0xf0 | (point >> 18)));
    out.push_back(static_cast<char>(0x80 | ((point >> 12) & 0x3f)));
    out.push_back(static_cast<char>(0x80 | ((point >> 6) & 0x3f)));
    out.push_back(static_cast<char>(0x80 | (point & 0x3f)));
  }
}

}  // namespace

std::optional<Fault> check(std::string_view text) { return Checker(text).run(); }

void unescape(std::string_view inside, std::string& out) {
  const char* p = inside.data();
  const char* const end = p + inside.size();
  out.reserve(out.size() + inside.size());
  while (p != end) {
    const auto* backslash = static_cast<const char*>(std::memchr(p, '\\', static_cast<std::size_t>(end - p)));
    if (backslash == nullptr) {
      out.append(p, end);
      return;
    }
    out.append(p, backslash);
    p = backslash + 2;
    switch (backslash[1]) {
      case 'b':
        out.push_back('\b');
        break;
      case 'f':
        out.push_back('\f');
        break;
      case 'n':
        out.push_back('\n');
        break;
      case 'r':
        out.push_back('\r');
        break;
      case 't':
        out.push_back('\t');
        break;
      case 'u': {
        auto point = static_cast<unsigned>(hex4(p, end));
        p += 4;
        if (point >= 0xd800 && point <= 0xdbff) {
          const auto low = static_cast<unsigned>(hex4(p + 2, end));
          point = 0x10000 + ((point - 0xd800) << 10) + (low - 0xdc00);
          p += 6;
        }
        append_utf8(out, point);
        break;
      }
      default:
        out.push_back(backslash[1]);
        break;
    }
  }
}

}  // namespace lastmile::message::scan
