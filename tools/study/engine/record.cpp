#include "tools/study/engine/record.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "core/base/bytes.hpp"
#include "core/base/check.hpp"

namespace lastmile::study {
namespace {

using nlohmann::ordered_json;

constexpr std::array<std::string_view, 4> kEnds{"finished", "failed", "crashed", "timed_out"};

}  // namespace

bool is_metric_name(std::string_view name) {
  constexpr std::size_t kLongest = 100;
  return !name.empty() && name.size() <= kLongest && name.front() != '.' &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' ||
                  c == '-' || c == '@';
         });
}

std::string_view run_end_text(RunEnd end) { return kEnds[static_cast<std::size_t>(end)]; }

std::string record_text(const RunKey& key, const Outcome& outcome) {
  ordered_json out{{"point", key.point.hex()}, {"seed", key.seed}, {"end", run_end_text(outcome.end)}};
  if (outcome.end != RunEnd::finished) {
    out["reason"] = outcome.reason.substr(0, kReasonBytesMax);
  } else {
    out["timestep"] = outcome.row.timestep;
    ordered_json metrics = ordered_json::object();
    for (const Metric& metric : outcome.row.metrics) {
      LM_CHECK(is_metric_name(metric.name));
      metrics.push_back({metric.name, std::isfinite(metric.value) ? ordered_json(metric.value) : ordered_json()});
    }
    out["metrics"] = std::move(metrics);
  }
  return out.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

Result<Record> read_record(std::string_view text) {
  const Error bad{"expected the record of a run"};
  if (text.size() > kRecordBytesMax) return bad;
  // Depth is bounded by the size only; a record is flat, and nothing here walks deeper than it is.
  const auto json = ordered_json::parse(text, nullptr, false);
  if (!json.is_object() || json.size() > 5) return bad;
  const auto member = [&](const char* name) { return json.contains(name) ? json[name] : ordered_json(); };
  Record out;
  const auto point = member("point");
  const auto seed = member("seed");
  const auto end = member("end");
  if (!point.is_string() || !seed.is_number_unsigned() || !end.is_string()) return bad;
  const auto bytes = from_hex(point.get<std::string>());
  if (!bytes || bytes->size() != out.key.point.bytes.size()) return bad;
  std::copy(bytes->begin(), bytes->end(), out.key.point.bytes.begin());
  out.key.seed = seed.get<std::uint64_t>();
  const auto* known = std::find(kEnds.begin(), kEnds.end(), end.get<std::string>());
  if (known == kEnds.end()) return bad;
  out.outcome.end = static_cast<RunEnd>(known - kEnds.begin());
  if (out.outcome.end != RunEnd::finished) {
    const auto reason = member("reason");
    if (!reason.is_string()) return bad;
    out.outcome.reason = reason.get<std::string>();
    return out;
  }
  const auto timestep = member("timestep");
  const auto metrics = member("metrics");
  if (!timestep.is_number_integer() || !metrics.is_object() || metrics.size() > kMetricsMax) return bad;
  out.outcome.row.timestep = timestep.get<std::int64_t>();
  for (const auto& [name, value] : metrics.items()) {
    if (!is_metric_name(name) || !(value.is_null() || value.is_number())) return bad;
    out.outcome.row.metrics.push_back(
        {name, value.is_null() ? std::numeric_limits<double>::quiet_NaN() : value.get<double>()});
  }
  return out;
}

}  // namespace lastmile::study
