#include "tools/study/engine/table.hpp"

#include <fmt/format.h>

#include <array>
#include <bit>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <system_error>
#include <unordered_map>

namespace lastmile::study {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 5> kKeys{"simulation", "subset", "run", "substep", "timestep"};
constexpr std::size_t kRowsPerBlock = 1'024;  // kept of each column before they are written

Error unwritten(const std::string& path, int why) {
  return Error{path + ": cannot be written (" + std::generic_category().message(why != 0 ? why : EIO) + ")"};
}

std::string cell(const std::string& text) {
  if (text.find_first_of(",\"\n\r") == std::string::npos) return text;
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + "\"";
}

// Calls with (point, replicate, outcome) for all runs that are there.
template <class Visit>
Result<Unit> each_run(const StudyPlan& plan, const ResultIndex& results, const std::vector<std::uint32_t>& counted,
                      const Visit& visit) {
  for (std::size_t p = 0; p < plan.points.size(); ++p) {
    for (std::uint32_t r = 0; r < counted[p]; ++r) {
      const RunKey key = plan.key(p, r);
      if (!results.has(key)) continue;
      const auto outcome = results.find(key);
      if (!outcome.ok()) return outcome.error();
      if (auto done = visit(p, r, *outcome); !done.ok()) return done.error();
    }
  }
  return Unit{};
}

// A text file that is renamed when it is whole.
class WholeFile {
 public:
  explicit WholeFile(std::string path) : path_(std::move(path)), out_(path_ + ".partial", std::ios::binary) {}
  void add(std::string_view text) { out_.write(text.data(), static_cast<std::streamsize>(text.size())); }
  Result<Unit> finish() {
    errno = 0;
    out_.close();
    if (out_ && std::rename((path_ + ".partial").c_str(), path_.c_str()) == 0) return Unit{};
    const int why = errno;
    std::remove((path_ + ".partial").c_str());
    return unwritten(path_, why);
  }

 private:
  std::string path_;
  std::ofstream out_;
};

// One file for each column, each open only while a block of rows is added: there may be more columns than a process
// may have files.
class Columns {
 public:
  Columns(std::string folder, std::vector<std::string> names, std::uint64_t rows)
      : folder_(std::move(folder)), names_(std::move(names)), blocks_(names_.size()), rows_(rows) {}

  Result<Unit> begin() {
    std::error_code error;
    fs::remove_all(folder_, error);
    if (!fs::create_directory(folder_, error)) return unwritten(folder_, error.value());
    for (std::size_t i = 0; i < names_.size(); ++i) blocks_[i] = header(i < kKeys.size() ? "<i8" : "<f8");
    return flush();
  }
  void add(std::size_t column, std::int64_t value) { add_bits(column, static_cast<std::uint64_t>(value)); }
  void add(std::size_t column, double value) { add_bits(column, std::bit_cast<std::uint64_t>(value)); }
  Result<Unit> end_row() { return ++pending_ < kRowsPerBlock ? Result<Unit>(Unit{}) : flush(); }

  Result<Unit> flush() {
    for (std::size_t i = 0; i < names_.size(); ++i) {
      const std::string path = folder_ + "/" + names_[i] + ".npy";
      errno = 0;
      std::ofstream out(path, std::ios::binary | std::ios::app);
      out.write(blocks_[i].data(), static_cast<std::streamsize>(blocks_[i].size()));
      out.close();
      if (!out) return unwritten(path, errno);
      blocks_[i].clear();
    }
    pending_ = 0;
    return Unit{};
  }

 private:
  std::string header(std::string_view type) const {
    std::string text = fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({},), }}", type, rows_);
    constexpr std::size_t kBefore = 10;
    constexpr std::size_t kAligned = 64;
    text.append(kAligned - (kBefore + text.size() + 1) % kAligned, ' ');
    text += '\n';
    const std::array<char, 4> numbers{1, 0, static_cast<char>(text.size() & 0xffU),
                                      static_cast<char>(text.size() >> 8U)};
    return "\x93NUMPY" + std::string(numbers.data(), numbers.size()) + text;
  }
  void add_bits(std::size_t column, std::uint64_t bits) {
    static_assert(std::endian::native == std::endian::little);
    blocks_[column].append(reinterpret_cast<const char*>(&bits), sizeof bits);
  }

  std::string folder_;
  std::vector<std::string> names_;
  std::vector<std::string> blocks_;
  std::uint64_t rows_;
  std::size_t pending_ = 0;
};

Result<Unit> write_parameters(const StudyPlan& plan, const std::string& folder) {
  WholeFile file(folder + "/parameters.csv");
  std::string line = "simulation,subset";
  for (const std::string& name : plan.parameters) line += "," + cell(name);
  file.add(line + "\n");
  for (std::size_t p = 0; p < plan.points.size(); ++p) {
    line = fmt::format("0,{}", p);
    for (const std::string& value : plan.points[p].values) line += "," + cell(plain_value(value));
    file.add(line + "\n");
  }
  return file.finish();
}

Result<Unit> swap_in(const std::string& fresh, const std::string& place) {
  std::error_code error;
  fs::remove_all(place, error);
  fs::rename(fresh, place, error);
  if (error) return unwritten(place, error.value());
  return Unit{};
}

}  // namespace

std::string plain_value(const std::string& json) {
  const auto value = nlohmann::json::parse(json, nullptr, false);
  return value.is_string() ? value.get<std::string>() : json;
}

Result<Unit> write_whole(const std::string& path, std::string_view content) {
  WholeFile file(path);
  file.add(content);
  return file.finish();
}

Result<Unit> write_tables(const StudyPlan& plan, const ResultIndex& results, const std::vector<std::uint32_t>& counted,
                          const std::string& folder) {
  LM_CHECK(counted.size() == plan.points.size());
  // First the columns, in the order in which the rows name them.
  std::vector<std::string> names(kKeys.begin(), kKeys.end());
  std::unordered_map<std::string, std::size_t> places;  // column of a metric
  std::uint64_t rows = 0;
  auto seen = each_run(plan, results, counted, [&](std::size_t, std::uint32_t, const Outcome& outcome) -> Result<Unit> {
    if (outcome.end != RunEnd::finished) return Unit{};
    ++rows;
    for (const Metric& metric : outcome.row.metrics) {
      if (places.try_emplace(metric.name, names.size()).second) names.push_back(metric.name);
    }
    if (names.size() > kMetricsMax) return Error{fmt::format("expected at most {} metrics, found more", kMetricsMax)};
    return Unit{};
  });
  if (!seen.ok()) return seen.error();

  WholeFile table(folder + "/results.csv");
  WholeFile failures(folder + "/failures.csv");
  Columns columns(folder + "/columns.partial", names, rows);
  if (auto begun = columns.begin(); !begun.ok()) return begun.error();
  table.add(fmt::format("{}\n", fmt::join(names, ",")));
  failures.add("simulation,subset,run,seed,end,reason\n");
  std::vector<double> values;
  seen = each_run(plan, results, counted, [&](std::size_t p, std::uint32_t r, const Outcome& outcome) -> Result<Unit> {
    if (outcome.end != RunEnd::finished) {
      failures.add(fmt::format("0,{},{},{},{},{}\n", p, r + 1, plan.key(p, r).seed, run_end_text(outcome.end),
                               cell(outcome.reason)));
      return Unit{};
    }
    values.assign(names.size(), std::numeric_limits<double>::quiet_NaN());
    for (const Metric& metric : outcome.row.metrics) values[places.at(metric.name)] = metric.value;
    const std::array<std::int64_t, kKeys.size()> keys{0, static_cast<std::int64_t>(p), std::int64_t{r} + 1, 0,
                                                      outcome.row.timestep};
    std::string line = fmt::format("{}", fmt::join(keys, ","));
    for (std::size_t i = 0; i < keys.size(); ++i) columns.add(i, keys[i]);
    for (std::size_t i = keys.size(); i < names.size(); ++i) {
      line += std::isnan(values[i]) ? "," : fmt::format(",{}", values[i]);
      columns.add(i, values[i]);
    }
    table.add(line + "\n");
    return columns.end_row();
  });
  if (!seen.ok()) return seen.error();
  if (auto written = columns.flush(); !written.ok()) return written.error();
  if (auto swapped = swap_in(folder + "/columns.partial", folder + "/columns"); !swapped.ok()) return swapped.error();
  if (auto written = failures.finish(); !written.ok()) return written.error();
  if (auto written = table.finish(); !written.ok()) return written.error();
  return write_parameters(plan, folder);
}

}  // namespace lastmile::study
