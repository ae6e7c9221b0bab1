// metrics.csv and events.lmt.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <unordered_map>

#include "tools/study/event_records.hpp"
#include "tools/study/run_data.hpp"
#include "tools/study/run_story.hpp"

namespace lastmile::study {
namespace {

constexpr std::size_t kMetricRowsMax = 20'000'000;
constexpr std::size_t kHeaderBytesMax = 256ULL << 20;

bool parse_double(std::string_view text, double& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc{} && end == text.data() + text.size() && std::isfinite(out);
}

// Not open when it is no file: a pipe would keep us waiting.
std::ifstream opened(const std::string& path) {
  std::error_code error;
  return std::filesystem::is_regular_file(path, error) ? std::ifstream(path, std::ios::binary) : std::ifstream();
}

}  // namespace

void TimeHistogram::add(double seconds) {
  if (bins_.empty()) bins_.resize(kBins);
  const double step = seconds <= kLowest ? 0 : std::log(seconds / kLowest) / std::log(kGrowth) + 1;
  ++bins_[std::min(kBins - 1, static_cast<std::size_t>(step))];
  ++count_;
  greatest_ = std::max(greatest_, seconds);
}

std::vector<std::pair<double, double>> TimeHistogram::cumulative() const {
  std::vector<std::pair<double, double>> out;
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < bins_.size(); ++i) {
    if (bins_[i] == 0) continue;
    // The share stays what it was up to the beginning of this bin and has grown at its end.
    if (i > 0 && bins_[i - 1] == 0) {
      out.emplace_back(kLowest * std::pow(kGrowth, static_cast<double>(i) - 1),
                       static_cast<double>(seen) / static_cast<double>(count_));
    }
    seen += bins_[i];
    const double edge = kLowest * std::pow(kGrowth, static_cast<double>(i));
    out.emplace_back(std::min(edge, std::max(greatest_, kLowest)),
                     static_cast<double>(seen) / static_cast<double>(count_));
  }
  return out;
}

void read_metrics(const std::string& path, RunData& run) {
  std::ifstream file = opened(path);
  std::string line;
  if (!file || !std::getline(file, line) || line != "time_s,scope,name,value") {
    run.notes.push_back("metrics.csv is missing or cannot be read: the timeline is not shown.");
    return;
  }
  std::size_t rows = 0;
  std::size_t bad = 0;
  while (std::getline(file, line) && ++rows <= kMetricRowsMax) {
    const std::string_view view = line;
    const auto a = view.find(',');
    const auto b = a == std::string_view::npos ? a : view.find(',', a + 1);
    const auto c = b == std::string_view::npos ? b : view.find(',', b + 1);
    Point point;
    if (c == std::string_view::npos || !parse_double(view.substr(0, a), point.t) ||
        !parse_double(view.substr(c + 1), point.v)) {
      ++bad;
      continue;
    }
    const std::string scope(view.substr(a + 1, b - a - 1));
    if (run.metrics.find(scope) == run.metrics.end()) run.scopes.push_back(scope);
    run.metrics[scope][std::string(view.substr(b + 1, c - b - 1))].push_back(point);
  }
  if (bad > 0) run.notes.push_back(std::to_string(bad) + " rows of metrics.csv could not be read.");
}

void read_events(const std::string& path, RunData& run) {
  std::ifstream file = opened(path);
  std::string line;
  if (!file || !std::getline(file, line) || line.size() > kHeaderBytesMax) {
    run.notes.push_back("events.lmt is missing or cannot be read: propagation times are not shown.");
    return;
  }
  const auto header = EventHeader::parse(line);
  const auto published = header ? header->kind("message_published") : std::nullopt;
  const auto processed = header ? header->kind("message_processed") : std::nullopt;
  if (!published || !processed) {
    run.notes.push_back("events.lmt has no header that can be read: propagation times are not shown.");
    return;
  }
  double trouble_start = run.virtual_seconds;
  double trouble_end = run.virtual_seconds;
  for (const PhaseData& phase : run.phases) {
    if (phase.name != "trouble") continue;
    trouble_start = phase.start_s;
    trouble_end = phase.end_s;
  }
  std::unordered_map<std::uint64_t, std::int64_t> published_at;
  StoryTeller stories(*header, run);
  RecordReader record(file);
  while (record.next()) {
    stories.on_record(record);
    const auto message = record.kind == *published || record.kind == *processed ? record.number(0, 4) : std::nullopt;
    if (!message) continue;
    if (record.kind == *published) {
      published_at.emplace(*message, record.time_ns);
      continue;
    }
    const auto since = published_at.find(*message);
    if (since == published_at.end()) continue;
    const double at = static_cast<double>(since->second) / 1e9;
    const std::size_t part = at < trouble_start ? 0 : at < trouble_end ? 1 : 2;
    run.propagation[part].add((static_cast<double>(record.time_ns) - static_cast<double>(since->second)) / 1e9);
  }
  stories.finish();
  if (record.torn()) run.notes.push_back("events.lmt ends in the middle of a record.");
}

}  // namespace lastmile::study
