#include "real/ops/metrics.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>

#include "core/base/check.hpp"

namespace lastmile::real {
namespace {

std::size_t own_shard() {
  static std::atomic<std::size_t> threads{0};
  thread_local const std::size_t shard = threads.fetch_add(1, std::memory_order_relaxed) % kMetricShards;
  return shard;
}

bool metric_name_ok(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  }) && !(name.front() >= '0' && name.front() <= '9');
}

std::string number_text(double value) {
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  char text[32];
  const auto [end, failed] = std::to_chars(text, text + sizeof text, value);
  LM_CHECK(failed == std::errc{});
  return {text, end};
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\' || c == '"') out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  return out;
}

// {name="value",more="..."}
std::string braces(const Label& label, std::size_t value, const std::string& more = {}) {
  std::string inside;
  if (!label.values.empty()) inside = std::string(label.name) + "=\"" + escaped(label.values[value]) + "\"";
  if (!more.empty()) inside += (inside.empty() ? "" : ",") + more;
  return inside.empty() ? "" : "{" + inside + "}";
}

}  // namespace

void Counter::add(std::uint64_t more) { shards_[own_shard()].value.fetch_add(more, std::memory_order_relaxed); }

std::uint64_t Counter::value() const {
  std::uint64_t sum = 0;
  for (const Shard& shard : shards_) sum += shard.value.load(std::memory_order_relaxed);
  return sum;
}

Histogram::Histogram(std::vector<double> bounds)
    : bounds_(std::move(bounds)), counts_(new std::atomic<std::uint64_t>[bounds_.size() + 1]()) {
  LM_CHECK(std::is_sorted(bounds_.begin(), bounds_.end()));
}

void Histogram::observe(double value) {
  const auto at = std::lower_bound(bounds_.begin(), bounds_.end(), value) - bounds_.begin();
  counts_[static_cast<std::size_t>(at)].fetch_add(1, std::memory_order_relaxed);
  double before = sum_.load(std::memory_order_relaxed);
  while (!sum_.compare_exchange_weak(before, before + value, std::memory_order_relaxed)) {
  }
}

std::vector<std::uint64_t> Histogram::counts() const {
  std::vector<std::uint64_t> out;
  for (std::size_t i = 0; i <= bounds_.size(); ++i) out.push_back(counts_[i].load(std::memory_order_relaxed));
  return out;
}

struct Metrics::State {
  struct Entry {
    std::string name;
    std::string help;
    Label label;
    bool total = false;  // gauges that only grow
    // One of them.
    std::unique_ptr<Family<Counter>> counters = nullptr;
    std::unique_ptr<Family<Gauge>> gauges = nullptr;
    std::unique_ptr<Family<Histogram>> histograms = nullptr;
  };

  Entry& add(std::string_view name, std::string_view help, Label label) {
    LM_CHECK(name.starts_with("lastmile_") && metric_name_ok(name));
    LM_CHECK(names.insert(std::string(name)).second);
    LM_CHECK(label.values.empty() || metric_name_ok(label.name));
    series += std::max<std::size_t>(label.values.size(), 1);
    LM_CHECK(series <= kMetricSeriesMax);
    return entries.emplace_back(Entry{.name = std::string(name), .help = std::string(help), .label = std::move(label)});
  }

  std::deque<Entry> entries;
  std::set<std::string, std::less<>> names;
  std::size_t series = 0;
  std::vector<std::function<void()>> refreshes;
};

Metrics::Metrics() : state_(std::make_unique<State>()) {}
Metrics::~Metrics() = default;

Metrics::Family<Counter>& Metrics::counters(std::string_view name, std::string_view help, Label label) {
  LM_CHECK(name.ends_with("_total"));
  auto& entry = state_->add(name, help, std::move(label));
  entry.counters = std::make_unique<Family<Counter>>();
  entry.counters->series_.resize(std::max<std::size_t>(entry.label.values.size(), 1));
  return *entry.counters;
}

Metrics::Family<Gauge>& Metrics::gauges(std::string_view name, std::string_view help, Label label) {
  LM_CHECK(!name.ends_with("_total"));
  auto& entry = state_->add(name, help, std::move(label));
  entry.gauges = std::make_unique<Family<Gauge>>();
  entry.gauges->series_.resize(std::max<std::size_t>(entry.label.values.size(), 1));
  return *entry.gauges;
}

Metrics::Family<Gauge>& Metrics::totals(std::string_view name, std::string_view help, Label label) {
  LM_CHECK(name.ends_with("_total"));
  auto& entry = state_->add(name, help, std::move(label));
  entry.total = true;
  entry.gauges = std::make_unique<Family<Gauge>>();
  entry.gauges->series_.resize(std::max<std::size_t>(entry.label.values.size(), 1));
  return *entry.gauges;
}

Metrics::Family<Histogram>& Metrics::histograms(std::string_view name, std::string_view help,
                                                const std::vector<double>& bounds, Label label) {
  auto& entry = state_->add(name, help, std::move(label));
  entry.histograms = std::make_unique<Family<Histogram>>();
  for (std::size_t i = 0; i < std::max<std::size_t>(entry.label.values.size(), 1); ++i) {
    entry.histograms->series_.emplace_back(bounds);
  }
  return *entry.histograms;
}

void Metrics::before_text(std::function<void()> refresh) { state_->refreshes.push_back(std::move(refresh)); }

std::string Metrics::text() const {
  for (const auto& refresh : state_->refreshes) refresh();
  std::string out;
  for (const State::Entry& entry : state_->entries) {
    const char* const type = entry.counters || entry.total ? "counter" : entry.gauges ? "gauge" : "histogram";
    out += "# HELP " + entry.name + " " + entry.help + "\n# TYPE " + entry.name + " " + type + "\n";
    for (std::size_t i = 0; i < std::max<std::size_t>(entry.label.values.size(), 1); ++i) {
      const std::string labels = braces(entry.label, i);
      if (entry.counters) out += entry.name + labels + " " + std::to_string((*entry.counters)[i].value()) + "\n";
      if (entry.gauges) out += entry.name + labels + " " + number_text((*entry.gauges)[i].value()) + "\n";
      if (!entry.histograms) continue;
      const Histogram& histogram = (*entry.histograms)[i];
      const auto counts = histogram.counts();
      std::uint64_t below = 0;
      for (std::size_t bucket = 0; bucket < counts.size(); ++bucket) {
        below += counts[bucket];
        const std::string end = bucket < histogram.bounds().size() ? number_text(histogram.bounds()[bucket]) : "+Inf";
        out +=
            entry.name + "_bucket" + braces(entry.label, i, "le=\"" + end + "\"") + " " + std::to_string(below) + "\n";
      }
      out += entry.name + "_sum" + labels + " " + number_text(histogram.sum()) + "\n";
      out += entry.name + "_count" + labels + " " + std::to_string(below) + "\n";
    }
  }
  return out;
}

}  // namespace lastmile::real
