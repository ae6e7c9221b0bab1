#include "core/message/json_view.hpp"

#include <charconv>
#include <limits>
#include <string>
#include <system_error>

#include "core/base/check.hpp"
#include "core/message/json_scan.hpp"

namespace lastmile::message {

Result<JsonView> JsonView::parse(std::string_view text) {
  if (const auto fault = scan::check(text)) {
    return Error{"not strict JSON at byte " + std::to_string(fault->offset) + ": " + fault->reason};
  }
  const char* const end = text.data() + text.size();
  // NOLINTNEXTLINE(bugprone-suspicious-stringview-data-usage): the end is told
  const char* const begin = scan::skip_space(text.data(), end);
  return JsonView(std::string_view(begin, static_cast<std::size_t>(scan::value_end(begin, end) - begin)));
}

JsonKind JsonView::kind() const {
  switch (text_.front()) {
    case '{':
      return JsonKind::object;
    case '[':
      return JsonKind::array;
    case '"':
      return JsonKind::string;
    case 't':
    case 'f':
      return JsonKind::boolean;
    case 'n':
      return JsonKind::null;
    default:
      return JsonKind::number;
  }
}

bool JsonView::boolean() const {
  LM_CHECK(kind() == JsonKind::boolean);
  return text_.front() == 't';
}

double JsonView::number() const {
  LM_CHECK(kind() == JsonKind::number);
  double value = 0;
  if (std::from_chars(text_.data(), text_.data() + text_.size(), value).ec != std::errc::result_out_of_range)
    return value;
  // Checked texts leave two cases: an integer beyond the range, and a fraction too small for it.
  const bool integer = text_.find_first_of(".eE") == std::string_view::npos;
  if (!integer) return 0;
  return text_.front() == '-' ? -std::numeric_limits<double>::infinity() : std::numeric_limits<double>::infinity();
}

std::optional<std::int64_t> JsonView::integer() const {
  LM_CHECK(kind() == JsonKind::number);
  std::int64_t value = 0;
  const auto read = std::from_chars(text_.data(), text_.data() + text_.size(), value);
  if (read.ec != std::errc{} || read.ptr != text_.data() + text_.size()) return std::nullopt;
  return value;
}

std::string JsonView::string() const {
  LM_CHECK(kind() == JsonKind::string);
  std::string out;
  scan::unescape(text_.substr(1, text_.size() - 2), out);
  return out;
}

std::string_view JsonView::string(std::string& room) const {
  LM_CHECK(kind() == JsonKind::string);
  return scan::characters(text_.substr(1, text_.size() - 2), room);
}

bool JsonView::each(const std::function<bool(JsonView)>& visit) const {
  return scan::elements(text_, [&](std::string_view element) { return visit(JsonView(element)); });
}

bool JsonView::each_member(const std::function<bool(std::string_view, JsonView)>& visit) const {
  std::string room;
  return scan::members(text_, [&](std::string_view key, std::string_view value) {
    return visit(scan::characters(key, room), JsonView(value));
  });
}

std::optional<JsonView> JsonView::find(std::string_view key) const {
  std::optional<JsonView> found;
  std::string room;
  scan::members(text_, [&](std::string_view name, std::string_view value) {
    if (scan::characters(name, room) == key) found = JsonView(value);
    return true;
  });
  return found;
}

}  // namespace lastmile::message
