#include "tools/console/run_in_folder.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <filesystem>

#include "scenarios/engine/text/json.hpp"
#include "tools/console/print_summary.hpp"
#include "tools/console/progress.hpp"
#include "tools/study/report.hpp"

namespace lastmile::tools {
namespace {

std::atomic<bool> signalled{false};

void on_signal(int) {
  if (signalled.exchange(true)) _exit(130);  // NAME.partial stays; the kernel ends nodes of a rig
}

std::string run_line(const scenario::RunProgress& progress) {
  return fmt::format("{:>8.1f} s  {:<8} {:>7} messages {:>12} events", static_cast<double>(progress.now.ns) / 1e9,
                     scenario::phase_text(progress.phase), progress.published, progress.events);
}

bool in_real_world(const scenario::Summary& summary) { return summary.world == scenario::WorldKind::real; }

std::string log_line(const scenario::Summary& summary) {
  std::string line =
      fmt::format("{} seed {}{}: {}", summary.scenario, summary.seed,
                  in_real_world(summary) ? " on real processes" : "", scenario::verdict_text(summary.verdict));
  if (summary.limit_hit) line += ", ended early: " + *summary.limit_hit;
  return line;
}

}  // namespace

bool interrupted() { return signalled; }

Result<scenario::Summary> run_watched(std::string folder, bool quiet, StartRun start) {
  std::signal(SIGINT, on_signal);
  std::signal(SIGTERM, on_signal);
  Progress bar(quiet);
  scenario::RunOptions options;
  options.folder = std::move(folder);
  options.interrupted = [] { return interrupted(); };
  options.progress = [&bar](const scenario::RunProgress& p) {
    bar.show(static_cast<double>(p.now.ns) / static_cast<double>(std::max<std::int64_t>(1, p.latest_end.ns)),
             run_line(p));
  };
  return start(std::move(options));
}

Result<scenario::Summary> run_in_folder(const scenario::Scenario& wanted, scenario::RunFolder folder, bool quiet,
                                        StartRun start) {
  if (auto written = folder.write_scenario(wanted, LASTMILE_VERSION); !written.ok()) return written.error();
  auto summary = run_watched(folder.partial(), quiet, std::move(start));
  if (!summary.ok()) {
    if (auto logged = folder.log(summary.error().text); !logged.ok()) return logged.error();
    return summary.error();
  }
  summary->reproduce = fmt::format("lastmile-sim run {} --seed {}{}", in_folder(folder.target(), "scenario.json"),
                                   summary->seed, in_real_world(*summary) ? " --world real" : "");
  if (auto written = folder.write_summary(*summary); !written.ok()) return written.error();
  if (auto written = folder.log(log_line(*summary)); !written.ok()) return written.error();
  const auto page = study::render_report(folder.partial());
  if (!page.ok()) return page.error();
  if (auto written = study::write_page(folder.partial(), *page); !written.ok()) return written.error();
  if (auto committed = folder.commit(); !committed.ok()) return committed.error();
  return summary;
}

std::string in_folder(const std::string& folder, std::string_view file) {
  return (std::filesystem::path(folder) / file).lexically_normal().string();
}

void print_run(const scenario::Summary& summary, const std::string& folder, bool json) {
  if (json) {
    std::puts(scenario::compact(scenario::summary_json(summary)).c_str());
    return;
  }
  print_summary(summary);
  if (!folder.empty()) fmt::print("  report {}\n", in_folder(folder, "report.html"));
}

}  // namespace lastmile::tools
