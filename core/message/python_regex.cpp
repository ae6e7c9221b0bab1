// Follows the documented grammar of Python's `re` with the checks that it makes at compile time: references to groups,
// character ranges, repeats, inline flags, fixed width of look-behinds.
#include "core/message/python_regex.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/base/present.hpp"

namespace lastmile::message {
namespace {

// Bounds of what a part matches, in characters. At the upper caps the two differ, so that "unbounded" is never fixed.
struct Width {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
};
constexpr std::uint64_t kRepeatMax = 4294967295;
constexpr std::uint64_t kGroupsMax = 1073741823;

Width capped(Width width) { return {std::min(width.low, kRepeatMax - 1), std::min(width.high, kRepeatMax)}; }

// One element of a sequence: what may follow it depends on its kind only.
enum class Item : std::uint8_t { none, plain, position, repeat };

// A character, or a backslash and the character behind it.
struct Token {
  bool escaped = false;
  char32_t c = 0;
};

std::vector<char32_t> code_points_of(std::string_view utf8) {
  std::vector<char32_t> out;
  for (const char byte : utf8) {
    const auto b = static_cast<unsigned char>(byte);
    if ((b & 0xc0U) == 0x80U && !out.empty()) {
      out.back() = (out.back() << 6) | (b & 0x3fU);
    } else {
      out.push_back(b < 0x80 ? b : b < 0xe0 ? b & 0x1fU : b < 0xf0 ? b & 0x0fU : b & 0x07U);
    }
  }
  return out;
}

bool among(char32_t c, std::string_view set) {
  return c < 0x80 && set.find(static_cast<char>(c)) != std::string_view::npos;
}
bool is_digit(char32_t c) { return c >= '0' && c <= '9'; }
bool is_octal(char32_t c) { return c >= '0' && c <= '7'; }
bool is_hex(char32_t c) { return among(c, "0123456789abcdefABCDEF"); }
bool is_letter(char32_t c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool is_identifier(const std::u32string& name) {
  if (name.empty() || is_digit(name[0])) return false;
  return std::all_of(name.begin(), name.end(),
                     [](char32_t c) { return is_letter(c) || is_digit(c) || c == '_' || c >= 0x80; });
}

constexpr std::string_view kFlags = "iLmsxau";

class Pattern {
 public:
  explicit Pattern(std::string_view utf8) : text_(code_points_of(utf8)) {
    group_widths_.push_back(std::nullopt);  // group 0 is the whole match: it exists and is open
  }

  bool compiles() {
    if (!tokens_complete()) return false;
    const auto width = alternatives(false, 0);
    if (!width || next()) return false;
    if (ascii_flag_ && unicode_flag_) return false;
    return std::all_of(late_references_.begin(), late_references_.end(),
                       [&](std::uint64_t group) { return group < group_widths_.size(); });
  }

 private:
  // A backslash at the very end fails wherever it stands.
  bool tokens_complete() const {
    std::size_t i = 0;
    while (i < text_.size()) i += text_[i] == '\\' ? 2 : 1;
    return i == text_.size();
  }

  std::optional<Token> next() const {
    if (at_ >= text_.size()) return std::nullopt;
    if (text_[at_] == '\\') return Token{true, text_[at_ + 1]};
    return Token{false, text_[at_]};
  }
  std::optional<Token> get() {
    const auto token = next();
    if (token) at_ += token->escaped ? 2 : 1;
    return token;
  }
  bool next_is(char32_t c) const { return at_ < text_.size() && c != '\\' && text_[at_] == c; }
  bool match(char32_t c) {
    if (!next_is(c)) return false;
    ++at_;
    return true;
  }
  template <class Accept>
  std::u32string get_while(std::size_t max, Accept accept) {
    std::u32string out;
    while (out.size() < max && at_ < text_.size() && text_[at_] != '\\' && accept(text_[at_]))
      out.push_back(text_[at_++]);
    return out;
  }
  // Everything up to the terminator, which is taken; empty when it is missing or nothing stands before it.
  std::optional<std::u32string> get_until(char32_t terminator) {
    std::u32string out;
    while (const auto token = get()) {
      if (!token->escaped && token->c == terminator) return out.empty() ? std::nullopt : std::optional(out);
      if (token->escaped) out.push_back('\\');
      out.push_back(token->c);
    }
    return std::nullopt;
  }

  bool group_closed(std::uint64_t group) const {
    return group < group_widths_.size() && group_widths_[group].has_value();
  }
  bool reference_allowed(std::uint64_t group) const {
    return !look_behind_groups_ || (group_closed(group) && group < *look_behind_groups_);
  }

  // branch | branch | ...
  std::optional<Width> alternatives(bool verbose, int nesting) {
    Width all{kRepeatMax - 1, 0};
    bool first = true;
    while (true) {
      const auto branch = sequence(verbose, nesting + 1, nesting == 0 && first);
      if (!branch) return std::nullopt;
      all = {std::min(all.low, branch->low), std::max(all.high, branch->high)};
      first = false;
      if (!match('|')) return all;
      if (nesting == 0) verbose = verbose_flag_;
    }
  }

  // Until | or ) or the end, which stay.
  std::optional<Width> sequence(bool verbose, int nesting, bool first) {
    Width total;  // without the last item, which a repeat may still multiply
    Width last;
    Item item = Item::none;
    const auto push = [&](Item kind, Width width) {
      total = {total.low + last.low, total.high + last.high};
      last = capped(width);
      total = capped(total);
      item = kind;
    };
    while (next() && !next_is('|') && !next_is(')')) {
      const Token token = present(get());
      if (verbose && !token.escaped && among(token.c, " \t\n\r\v\f")) continue;
      if (verbose && !token.escaped && token.c == '#') {
        skip_comment_line();
        continue;
      }
      if (token.escaped) {
        Item kind = Item::plain;
        const auto width = escape(token.c, kind);
        if (!width) return std::nullopt;
        push(kind, *width);
      } else if (token.c == '[') {
        if (!character_set()) return std::nullopt;
        push(Item::plain, {1, 1});
      } else if (among(token.c, "*+?{")) {
        std::uint64_t low = token.c == '+' ? 1 : 0;
        std::uint64_t high = token.c == '?' ? 1 : kRepeatMax;
        if (token.c == '{') {
          bool literal = false;
          if (!braces(low, high, literal)) return std::nullopt;
          if (literal) {
            push(Item::plain, {1, 1});
            continue;
          }
        }
        if (item == Item::none || item == Item::position || item == Item::repeat) return std::nullopt;
        last = capped({last.low * low, last.high * high});
        item = Item::repeat;
        if (!match('?')) match('+');
      } else if (token.c == '^' || token.c == '$') {
        push(Item::position, {});
      } else if (token.c == '(') {
        bool nothing = false;
        const auto width = group(verbose, nesting, first && item == Item::none, nothing);
        if (!width) return std::nullopt;
        if (nothing) {
          verbose = verbose || verbose_flag_;
        } else {
          push(Item::plain, *width);
        }
      } else {
        push(Item::plain, {1, 1});
      }
    }
    return capped({total.low + last.low, total.high + last.high});
  }

  void skip_comment_line() {
    while (const auto token = get()) {
      if (!token->escaped && token->c == '\n') return;
    }
  }

  // {m}, {m,}, {,n}, {m,n}; anything else after { makes it an ordinary character.
  bool braces(std::uint64_t& low, std::uint64_t& high, bool& literal) {
    literal = next_is('}');
    if (literal) return true;
    const std::size_t here = at_;
    const std::u32string low_digits = get_while(text_.size(), is_digit);
    std::u32string high_digits = low_digits;
    if (match(',')) high_digits = get_while(text_.size(), is_digit);
    if (!match('}')) {
      at_ = here;
      literal = true;
      return true;
    }
    low = 0;
    high = kRepeatMax;
    return (low_digits.empty() || number(low_digits, low)) && (high_digits.empty() || number(high_digits, high)) &&
           low <= high;
  }

  static bool number(const std::u32string& digits, std::uint64_t& out) {
    out = 0;
    for (const char32_t c : digits) {
      out = out * 10 + (c - '0');
      if (out >= kRepeatMax) return false;
    }
    return true;
  }

  // \x.., \u...., \U........ and \N{...}: one character; empty when incomplete.
  std::optional<char32_t> coded_character(char32_t kind) {
    if (kind == 'N') {
      const auto name = match('{') ? get_until('}') : std::nullopt;
      const bool fits = name && std::all_of(name->begin(), name->end(), [](char32_t c) {
                          return is_letter(c) || is_digit(c) || c == ' ' || c == '-';
                        });
      return fits ? std::optional<char32_t>('N') : std::nullopt;
    }
    const std::size_t digits = kind == 'x' ? 2 : kind == 'u' ? 4 : 8;
    const std::u32string text = get_while(digits, is_hex);
    if (text.size() != digits) return std::nullopt;
    char32_t value = 0;
    for (const char32_t c : text) value = value * 16 + (is_digit(c) ? c - '0' : (c | 0x20U) - 'a' + 10);
    return value <= 0x10ffff ? std::optional(value) : std::nullopt;
  }

  std::optional<Width> escape(char32_t c, Item& kind) {
    constexpr Width kOne{1, 1};
    if (among(c, "AbBZ")) {
      kind = Item::position;
      return Width{};
    }
    if (among(c, "dDsSwWafnrtv")) return kOne;
    if (among(c, "xuUN")) return coded_character(c) ? std::optional(kOne) : std::nullopt;
    if (c == '0') {
      get_while(2, is_octal);
      return kOne;
    }
    if (!is_digit(c)) return is_letter(c) ? std::nullopt : std::optional(kOne);
    // An octal character of three digits, or the number of a group.
    std::uint64_t group = c - '0';
    const std::u32string second = get_while(1, is_digit);
    if (!second.empty()) {
      group = group * 10 + (second[0] - '0');
      if (is_octal(c) && is_octal(second[0])) {
        const std::u32string third = get_while(1, is_octal);
        if (!third.empty()) return c <= '3' ? std::optional(kOne) : std::nullopt;
      }
    }
    if (!group_closed(group) || !reference_allowed(group)) return std::nullopt;
    return group_widths_[group];
  }

  // One element of [...]: its character, or kCategory.
  static constexpr char32_t kCategory = 0xffffffff;
  std::optional<char32_t> set_element(Token token) {
    if (!token.escaped) return token.c;
    const char32_t c = token.c;
    if (among(c, "dDsSwW")) return kCategory;
    static constexpr std::string_view kNames = "abfnrtv";
    static constexpr std::string_view kValues = "\a\b\f\n\r\t\v";
    if (among(c, kNames)) return static_cast<char32_t>(kValues[kNames.find(static_cast<char>(c))]);
    if (among(c, "xuUN")) return coded_character(c);
    if (is_octal(c)) {
      char32_t value = c - '0';
      for (const char32_t digit : get_while(2, is_octal)) value = value * 8 + (digit - '0');
      return value <= 0377 ? std::optional(value) : std::nullopt;
    }
    if (is_digit(c) || is_letter(c)) return std::nullopt;
    return c;
  }

  bool character_set() {
    match('^');
    bool empty = true;
    while (true) {
      const auto token = get();
      if (!token) return false;
      if (!token->escaped && token->c == ']' && !empty) return true;
      empty = false;
      const auto low = set_element(*token);
      if (!low) return false;
      if (!match('-')) continue;
      const auto other = get();
      if (!other) return false;
      if (!other->escaped && other->c == ']') return true;
      const auto high = set_element(*other);
      if (!high || *low == kCategory || *high == kCategory || *high < *low) return false;
    }
  }

  // Behind the opening bracket. `nothing`: a comment or flags, no item.
  std::optional<Width> group(bool verbose, int nesting, bool first, bool& nothing) {
    bool capture = true;
    if (match('?')) {
      const auto token = get();
      if (!token || token->escaped) return std::nullopt;
      switch (token->c) {
        case 'P': {
          if (match('=')) return named_reference();
          const auto name = match('<') ? get_until('>') : std::nullopt;
          if (!name || !is_identifier(*name)) return std::nullopt;
          if (!group_names_.emplace(*name, group_widths_.size()).second) return std::nullopt;
          break;
        }
        case ':':
        case '>':
          capture = false;
          break;
        case '#':
          nothing = true;
          return comment();
        case '=':
        case '!':
          return look_around(verbose, nesting, false);
        case '<':
          return match('=') || match('!') ? look_around(verbose, nesting, true) : std::nullopt;
        case '(':
          return conditional(verbose, nesting);
        default:
          if (!among(token->c, kFlags) && token->c != '-') return std::nullopt;
          if (!flags(token->c, verbose, first, nothing)) return std::nullopt;
          if (nothing) return Width{};
          capture = false;
          break;
      }
    }
    const std::size_t number = group_widths_.size();
    if (capture) group_widths_.push_back(std::nullopt);
    const auto width = alternatives(verbose, nesting + 1);
    if (!width || !match(')')) return std::nullopt;
    if (capture) group_widths_[number] = width;
    return width;
  }

  std::optional<Width> named_reference() {
    const auto name = get_until(')');
    if (!name) return std::nullopt;
    const auto found = group_names_.find(*name);
    if (found == group_names_.end() || !group_closed(found->second) || !reference_allowed(found->second)) {
      return std::nullopt;
    }
    return group_widths_[found->second];
  }

  std::optional<Width> comment() {
    while (const auto token = get()) {
      if (!token->escaped && token->c == ')') return Width{};
    }
    return std::nullopt;
  }

  std::optional<Width> look_around(bool verbose, int nesting, bool behind) {
    const bool outermost = behind && !look_behind_groups_;
    if (outermost) look_behind_groups_ = group_widths_.size();
    const auto width = alternatives(verbose, nesting + 1);
    if (outermost) look_behind_groups_.reset();
    if (!width || !match(')')) return std::nullopt;
    if (behind && width->low != width->high) return std::nullopt;
    return Width{};
  }

  // (?(group)yes|no)
  std::optional<Width> conditional(bool verbose, int nesting) {
    const auto name = get_until(')');
    if (!name) return std::nullopt;
    std::uint64_t group = 0;
    if (is_identifier(*name)) {
      const auto found = group_names_.find(*name);
      if (found == group_names_.end()) return std::nullopt;
      group = found->second;
    } else {
      if (!std::all_of(name->begin(), name->end(), is_digit) || !number(*name, group)) return std::nullopt;
      if (group == 0 || group >= kGroupsMax) return std::nullopt;
      late_references_.insert(group);
    }
    if (!reference_allowed(group)) return std::nullopt;
    auto width = sequence(verbose, nesting + 1, false);
    if (!width) return std::nullopt;
    if (match('|')) {
      const auto other = sequence(verbose, nesting + 1, false);
      if (!other || next_is('|')) return std::nullopt;
      width = Width{std::min(width->low, other->low), std::max(width->high, other->high)};
    } else {
      width->low = 0;
    }
    if (!match(')')) return std::nullopt;
    return width;
  }

  // (?aiLmsux) for the whole pattern, or (?ims-ims:...), which makes `verbose` that of the group.
  bool flags(char32_t c, bool& verbose, bool first, bool& global) {
    std::set<char32_t> on;
    std::set<char32_t> off;
    if (c != '-') {
      while (true) {
        if (c == 'L') return false;  // for bytes only
        on.insert(c);
        if (on.contains('a') && on.contains('u')) return false;
        const auto token = get();
        if (!token || token->escaped) return false;
        c = token->c;
        if (c == ')' || c == '-' || c == ':') break;
        if (!among(c, kFlags)) return false;
      }
    }
    if (c == ')') {
      global = true;
      if (!first) return false;
      ascii_flag_ |= on.contains('a');
      unicode_flag_ |= on.contains('u');
      verbose_flag_ |= on.contains('x');
      return true;
    }
    if (c == '-') {
      do {
        const auto token = get();
        if (!token || token->escaped) return false;
        c = token->c;
        if (c == ':') {
          if (off.empty()) return false;
          break;
        }
        if (!among(c, kFlags) || among(c, "auL") || on.contains(c)) return false;
        off.insert(c);
      } while (true);
    }
    verbose = (verbose || on.contains('x')) && !off.contains('x');
    return true;
  }

  std::vector<char32_t> text_;
  std::size_t at_ = 0;
  std::vector<std::optional<Width>> group_widths_;  // empty while open
  std::map<std::u32string, std::uint64_t> group_names_;
  std::set<std::uint64_t> late_references_;
  std::optional<std::uint64_t> look_behind_groups_;  // number of groups when the outermost look-behind began
  bool verbose_flag_ = false;
  bool ascii_flag_ = false;
  bool unicode_flag_ = false;
};

}  // namespace

bool python_regex_compiles(std::string_view pattern) { return Pattern(pattern).compiles(); }

}  // namespace lastmile::message
