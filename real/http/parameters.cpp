#include "real/http/parameters.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "core/message/envelope.hpp"
#include "real/http/cursor.hpp"
#include "real/http/json_writer.hpp"
#include "real/http/limits.hpp"

namespace lastmile::http {
namespace {

constexpr std::size_t kFoundShown = 200;

void append_mistake(JsonWriter& json, std::string_view name, std::string_view expected, std::string_view found) {
  json.open_object().key("type").text("value_error");
  json.key("loc").open_array().text(name).close_array();
  json.key("msg").text("expected " + std::string(expected));
  json.key("input").text(found.substr(0, kFoundShown)).close_object();
}

std::string valid_utf8_only(std::string_view text) {
  std::string out;
  for (const char c : text.substr(0, kFoundShown)) out.push_back(c >= ' ' && c <= '~' ? c : '?');
  return out;
}

}  // namespace

std::optional<std::uint64_t> parse_whole(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  std::uint64_t value = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failed != std::errc{} || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

std::optional<bool> parse_boolean(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  constexpr std::array<std::string_view, 6> kTrue{"true", "1", "yes", "on", "t", "y"};
  constexpr std::array<std::string_view, 6> kFalse{"false", "0", "no", "off", "f", "n"};
  if (std::find(kTrue.begin(), kTrue.end(), lower) != kTrue.end()) return true;
  if (std::find(kFalse.begin(), kFalse.end(), lower) != kFalse.end()) return false;
  return std::nullopt;
}

std::optional<Wall> parse_epoch(std::string_view text) {
  double seconds = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (failed != std::errc{} || end != text.data() + text.size() || !std::isfinite(seconds)) return std::nullopt;
  return message::wall_of_seconds(seconds);
}

std::optional<Parameters::Given> Parameters::raw(Names names) const {
  for (const std::string_view name : names) {
    if (const auto value = query_.find(name)) return Given{name, *value};
  }
  return std::nullopt;
}

std::optional<std::string> Parameters::text(Names names) {
  const auto given = raw(names);
  if (!given) return std::nullopt;
  return std::string(given->value);
}

std::optional<std::vector<std::string>> Parameters::list(Names names) {
  const auto given = raw(names);
  if (!given) return std::nullopt;
  std::vector<std::string> values;
  std::string_view rest = given->value;
  for (;;) {
    const std::size_t comma = rest.find(',');
    values.emplace_back(rest.substr(0, comma));
    if (comma == std::string_view::npos) return values;
    rest.remove_prefix(comma + 1);
    if (values.size() == kListValues) {
      wrong(given->name, "at most " + std::to_string(kListValues) + " values", "more");
      return values;
    }
  }
}

store::Any<message::ItemHash> Parameters::hashes(Names names) {
  return many<message::ItemHash>(names, "item hashes",
                                 [](std::string_view text) { return message::ItemHash::parse(text); });
}

bool Parameters::boolean(Names names, bool otherwise) {
  return one(names, "true or false", parse_boolean).value_or(otherwise);
}

std::uint64_t Parameters::whole(Names names, std::uint64_t otherwise, std::uint64_t least, std::uint64_t most) {
  std::string expected = "a whole number of at least " + std::to_string(least);
  if (most != ~std::uint64_t{0}) expected += " and at most " + std::to_string(most);
  const auto within = [&](std::string_view text) -> std::optional<std::uint64_t> {
    const auto value = parse_whole(text);
    return value && *value >= least && *value <= most ? value : std::nullopt;
  };
  return one(names, expected, within).value_or(otherwise);
}

std::optional<Wall> Parameters::epoch(Names names) {
  const auto time = one(names, "seconds since 1970, not negative", parse_epoch);
  return time && time->ns != 0 ? time : std::nullopt;
}

store::SortBy Parameters::sort_by(Names names) {
  const auto read = [](std::string_view text) -> std::optional<store::SortBy> {
    if (text == "time") return store::SortBy::time;
    if (text == "tx-time") return store::SortBy::confirmation_time;
    return std::nullopt;
  };
  return one(names, "time or tx-time", read).value_or(store::SortBy::time);
}

store::Order Parameters::order(Names names, store::Order otherwise) {
  const auto parse = [](std::string_view text) -> std::optional<store::Order> {
    if (text == "-1") return store::Order::descending;
    if (text == "1") return store::Order::ascending;
    return std::nullopt;
  };
  return one(names, "-1 or 1", parse).value_or(otherwise);
}

store::PageRequest Parameters::page(const PageRules& rules, const std::optional<std::string>& path_page) {
  constexpr std::uint64_t kPageMax = std::uint64_t{1} << 40;  // times a page's length it is still a number
  store::PageRequest page;
  page.per_page = whole({"pagination"}, rules.per_page, rules.per_page_min, std::min(rules.per_page_max, kPageRowsMax));
  const auto cursor = rules.cursor == CursorKind::none ? std::nullopt : text({"cursor"});
  if (!cursor) {
    page.page = whole({"page"}, 1, 1, kPageMax);
    if (path_page) {
      const auto number = parse_whole(*path_page);
      if (!number || *number == 0 || *number > kPageMax) wrong("page", "a whole number of at least 1", *path_page);
      page.page = number.value_or(1);
    }
    if (page.per_page != 0 && page.page > ~std::uint64_t{0} / page.per_page) {
      wrong("page", "a page that can be", "more");
      page.page = 1;
    }
    return page;
  }
  page.cursor_mode = true;
  if (page.per_page == 0) wrong("pagination", "a whole number of at least 1 beside a cursor", "0");
  page.per_page = std::min<std::uint64_t>(page.per_page, kCursorPageMax);
  if (cursor->empty()) return page;
  page.after = rules.cursor == CursorKind::hash ? parse_hash_cursor(*cursor) : parse_aggregate_cursor(*cursor);
  bad_cursor_ = !page.after.has_value();
  return page;
}

void Parameters::wrong(std::string_view name, std::string_view expected, std::string_view found) {
  mistakes_.push_back({std::string(name), std::string(expected), valid_utf8_only(found)});
}

Response Parameters::refusal(bool json) const {
  if (bad_cursor_ && mistakes_.empty()) return text_response(422, "Invalid cursor");
  JsonWriter out;
  out.open_array();
  for (const Mistake& mistake : mistakes_) append_mistake(out, mistake.name, mistake.expected, mistake.found);
  out.close_array();
  return json ? json_response(out.take(), 422) : text_response(422, out.take());
}

Response validation_error(std::string_view place, std::string_view expected, std::string_view found) {
  JsonWriter out;
  out.open_array();
  append_mistake(out, place, expected, valid_utf8_only(found));
  out.close_array();
  return text_response(422, out.take());
}

}  // namespace lastmile::http
