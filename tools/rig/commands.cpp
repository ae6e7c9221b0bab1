#include "tools/rig/commands.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <filesystem>

#include "real/rig/run.hpp"
#include "scenarios/engine/folder/run_folder.hpp"
#include "scenarios/engine/model/abilities.hpp"
#include "scenarios/engine/model/load.hpp"
#include "scenarios/engine/text/json.hpp"
#include "tools/console/print_summary.hpp"
#include "tools/console/progress.hpp"
#include "tools/study/report.hpp"

namespace lastmile::tools {
namespace {

namespace fs = std::filesystem;
using scenario::Scenario;

std::atomic<bool> interrupted{false};

void on_interrupt(int) {
  if (interrupted.exchange(true)) _exit(130);  // the second time: at once, the kernel ends the nodes
}

int fail(int code, const std::string& text) {
  std::fprintf(stderr, "lastmile-rig: %s\n", text.c_str());
  return code;
}

std::optional<Scenario> load(const RigCommandOptions& options) {
  scenario::Findings findings;
  auto loaded = scenario::load_scenario_file(options.file, {options.sets, options.seed}, findings);
  if (loaded) scenario::unsupported(*loaded, scenario::real_abilities(), findings);
  if (findings.empty()) return loaded;
  std::fputs(findings.lines(options.file).c_str(), stderr);
  return std::nullopt;
}

std::string node_program(const RigCommandOptions& options) {
  if (!options.node.empty()) return options.node;
  std::error_code error;
  return (fs::read_symlink("/proc/self/exe", error).parent_path() / "lastmile-node").string();
}

std::string run_line(const real::RigProgress& progress) {
  return fmt::format("{:>6.1f} s  {:<8} {:>6} messages {:>9} events", static_cast<double>(progress.now.ns) / 1e9,
                     scenario::phase_text(progress.phase), progress.published, progress.events);
}

struct Finished {
  scenario::Summary summary;
  std::string folder;
};

Result<Finished> run_in_folder(const Scenario& wanted, scenario::RunFolder folder, const RigCommandOptions& options) {
  if (auto written = folder.write_scenario(wanted, LASTMILE_VERSION); !written.ok()) return written.error();
  Progress bar(options.quiet || options.json);
  real::RigOptions run;
  run.program = node_program(options);
  run.folder = folder.partial();
  run.interrupted = [] { return interrupted.load(); };
  run.progress = [&bar](const real::RigProgress& p) {
    bar.show(static_cast<double>(p.now.ns) / static_cast<double>(std::max<std::int64_t>(1, p.latest_end.ns)),
             run_line(p));
  };
  auto summary = real::run_on_rig(wanted, std::move(run));
  if (!summary.ok()) {
    // The folder stays as NAME.partial, and says why.
    if (auto logged = folder.log(summary.error().text); !logged.ok()) return logged.error();
    return summary.error();
  }
  summary->reproduce =
      fmt::format("lastmile-sim run {}/scenario.json --seed {} --world real", folder.target(), summary->seed);
  if (auto written = folder.write_summary(*summary); !written.ok()) return written.error();
  std::string line = fmt::format("{} seed {} on real processes: {}", summary->scenario, summary->seed,
                                 scenario::verdict_text(summary->verdict));
  if (summary->limit_hit) line += ", ended early: " + *summary->limit_hit;
  if (auto written = folder.log(line); !written.ok()) return written.error();
  if (auto reported = study::write_report(folder.partial()); !reported.ok()) return reported.error();
  if (auto committed = folder.commit(); !committed.ok()) return committed.error();
  return Finished{*std::move(summary), folder.target()};
}

}  // namespace

int command_run(const RigCommandOptions& options) {
  const auto wanted = load(options);
  if (!wanted) return kExitUsage;
  const std::string out =
      options.out.empty() ? fmt::format("runs/{}-{}-real", wanted->name, wanted->seed) : options.out;
  auto folder = scenario::RunFolder::begin(out);
  if (!folder.ok()) return fail(kExitUsage, folder.error().text);
  std::signal(SIGINT, on_interrupt);
  std::signal(SIGTERM, on_interrupt);
  std::signal(SIGPIPE, SIG_IGN);
  const auto done = run_in_folder(*wanted, *std::move(folder), options);
  // Nothing was decided about the scenario.
  if (!done.ok()) return fail(kExitUnknown, done.error().text);
  if (options.json) {
    std::puts(scenario::compact(scenario::summary_json(done->summary)).c_str());
  } else {
    print_summary(done->summary);
    fmt::print("  {}/report.html\n", done->folder);
  }
  return scenario::exit_status(done->summary.verdict);
}

}  // namespace lastmile::tools
