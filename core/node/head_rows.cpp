#include "core/node/head_rows.hpp"

#include <charconv>

namespace lastmile::node {
namespace {

std::optional<std::uint64_t> take_number(std::string_view& line) {
  std::uint64_t number = 0;
  const auto [end, failed] = std::from_chars(line.data(), line.data() + line.size(), number);
  if (failed != std::errc{} || end == line.data() + line.size() || *end != ' ') return std::nullopt;
  line.remove_prefix(static_cast<std::size_t>(end - line.data()) + 1);
  return number;
}

}  // namespace

Bytes encode_heads(const std::vector<sync::Head>& heads) {
  Bytes bytes;
  for (const sync::Head& head : heads) {
    append(bytes, sync::serialize_head(head));
    bytes.push_back('\n');
  }
  return bytes;
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) break;
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  return lines;
}

std::string write_record(const sync::HeadBook::Saved& saved) {
  std::string text = sync::serialize_head(saved.newest) + "\n";
  for (const sync::HeadBook::Run& run : saved.runs) {
    text += std::to_string(run.from) + " " + std::to_string(run.until) + " " +
            (run.previous ? run.previous->text() : std::string("-")) + "\n";
  }
  return text;
}

std::string write_lost(const LostHeads& lost) { return std::to_string(lost.newest) + (lost.due ? " due" : " done"); }

std::optional<LostHeads> read_lost(std::string_view text) {
  const auto newest = take_number(text);
  if (!newest || (text != "due" && text != "done")) return std::nullopt;
  return LostHeads{*newest, text == "due"};
}

std::optional<sync::HeadBook::Saved> read_record(std::string_view text) {
  const auto lines = lines_of(text);
  if (lines.empty()) return std::nullopt;
  auto head = sync::parse_head(lines[0]);
  if (!head.ok()) return std::nullopt;
  sync::HeadBook::Saved saved{std::move(*head), {}};
  for (std::size_t i = 1; i < lines.size(); ++i) {
    std::string_view line = lines[i];
    const auto from = take_number(line);
    const auto until = take_number(line);
    const auto previous = message::ItemHash::parse(line);
    if (!from || !until || (!previous && line != "-")) return std::nullopt;
    saved.runs.push_back({*from, *until, previous});
  }
  return saved;
}

}  // namespace lastmile::node
