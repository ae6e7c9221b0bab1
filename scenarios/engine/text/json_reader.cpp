#include "scenarios/engine/text/json_reader.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "scenarios/engine/text/reading.hpp"

namespace lastmile::scenario {
namespace {

constexpr std::size_t kReasonLengthMax = 160;  // of the library's words, which may quote a number of any length

std::string shown(std::string_view reason) {
  std::string out;
  for (const char c : reason.substr(0, kReasonLengthMax)) out += c < 0x20 || c > 0x7e ? '?' : c;
  return reason.size() > kReasonLengthMax ? out + "..." : out;
}

// Builds our tree from nlohmann's events. The library's parser keeps its own stack, so hostile depth is safe; ours
// stops at kJsonDepthMax. Open containers live on `open_` and move into their parent when they end.
class Builder {
 public:
  Builder(Findings& findings, std::string_view text) : findings_(findings), text_(text) {}

  bool null() { return add(Json()); }
  bool boolean(bool value) { return add(Json(value)); }
  bool number_integer(std::int64_t value) { return add(Json::integer(value)); }
  bool number_unsigned(std::uint64_t value) { return add(Json::unsigned_integer(value)); }
  bool number_float(double, const std::string& spelling) { return add(Json(Json::Number{spelling})); }
  bool string(std::string& value) { return add(Json(std::move(value))); }
  bool binary(std::vector<std::uint8_t>&) { return false; }

  bool start_object(std::size_t) { return open(Json::object()); }
  bool start_array(std::size_t) { return open(Json::list()); }
  bool end_object() { return close(); }
  bool end_array() { return close(); }

  bool key(std::string& value) {
    Level& level = open_.back();
    level.key = value;
    if (!level.keys.insert(value).second) {
      findings_.expected(pointer() + pointer_token(value), "one definition", "a second one of the same key");
      repeated_ = true;
    }
    return true;
  }

  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception& error) {
    // The library counts the characters that it consumed; the last of them is the one it could not use.
    const std::size_t offset = std::min(position > 0 ? position - 1 : 0, text_.size());
    const auto head = text_.substr(0, offset);
    const auto line = static_cast<std::size_t>(std::count(head.begin(), head.end(), '\n')) + 1;
    const auto newline = head.rfind('\n');
    const std::size_t column = newline == std::string_view::npos ? offset + 1 : offset - newline;
    std::string what = error.what();
    if (const auto code = what.find("] "); code != std::string::npos) what = what.substr(code + 2);
    if (const auto reason = what.find(": "); reason != std::string::npos) what = what.substr(reason + 2);
    if (const auto last_read = what.find("; last read"); last_read != std::string::npos) {
      const auto more = what.find("; expected", last_read);
      what = what.substr(0, last_read) + (more == std::string::npos ? "" : what.substr(more));
    }
    findings_.add("line " + std::to_string(line) + ", column " + std::to_string(column),
                  "expected JSON with comments: " + shown(what));
    return false;
  }

  bool repeated() const { return repeated_; }
  Json take() { return std::move(root_); }

 private:
  struct Level {
    Json value;
    std::string key;
    std::set<std::string, std::less<>> keys;
  };

  std::string pointer() const {
    std::string out;
    for (std::size_t i = 0; i + 1 < open_.size(); ++i) out += step(open_[i]);
    return out;
  }
  static std::string step(const Level& level) {
    return level.value.items() != nullptr ? "/" + std::to_string(level.value.items()->size())
                                          : pointer_token(level.key);
  }

  bool open(Json container) {
    if (open_.size() >= kJsonDepthMax) {
      std::string place = pointer();
      if (!open_.empty()) place += step(open_.back());
      findings_.expected(place, "at most " + std::to_string(kJsonDepthMax) + " levels", "more");
      return false;
    }
    open_.push_back({std::move(container), {}, {}});
    return true;
  }
  bool close() {
    Json done = std::move(open_.back().value);
    open_.pop_back();
    return add(std::move(done));
  }
  bool add(Json value) {
    if (open_.empty()) {
      root_ = std::move(value);
    } else if (Level& level = open_.back(); level.value.items() != nullptr) {
      level.value.push(std::move(value));
    } else {
      // A repeated key was reported; keeping both is harmless because the document is refused.
      level.value.members()->push_back({level.key, std::move(value)});
    }
    return true;
  }

  Findings& findings_;
  std::string_view text_;
  std::vector<Level> open_;
  Json root_;
  bool repeated_ = false;
};

}  // namespace

std::optional<Json> read_json(std::string_view text, Findings& findings) {
  if (text.size() > kJsonBytesMax) {
    findings.expected("", "at most 16 MiB", "more");  // how much more, no reader of a file knows
    return std::nullopt;
  }
  Builder builder(findings, text);
  const bool ok =
      nlohmann::json::sax_parse(text.begin(), text.end(), &builder, nlohmann::json::input_format_t::json, true,
                                /*ignore_comments=*/true);
  if (!ok || builder.repeated()) return std::nullopt;
  return builder.take();
}

}  // namespace lastmile::scenario
