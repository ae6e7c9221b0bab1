#include "tools/sim/commands.hpp"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "scenarios/engine/folder/run_folder.hpp"
#include "scenarios/engine/folder/summary.hpp"
#include "scenarios/engine/model/abilities.hpp"
#include "scenarios/engine/model/load.hpp"
#include "scenarios/engine/text/json.hpp"
#include "sim/run/run.hpp"
#include "sim/run/twin.hpp"
#include "tools/console/print_summary.hpp"
#include "tools/console/progress.hpp"
#include "tools/study/report.hpp"

namespace lastmile::tools {
namespace {

namespace fs = std::filesystem;
using scenario::Findings;
using scenario::Scenario;

std::atomic<bool> interrupted{false};

void on_interrupt(int) {
  if (interrupted.exchange(true)) _exit(130);  // the second time: at once, NAME.partial stays
}

int fail(const std::string& text) {
  std::fprintf(stderr, "lastmile-sim: %s\n", text.c_str());
  return kExitUsage;
}

std::optional<Scenario> load(const CommandOptions& options, const std::string& path, bool for_world) {
  Findings findings;
  auto loaded = scenario::load_scenario_file(path, {options.sets, options.seed}, findings);
  if (loaded && for_world) {
    const bool real = options.world == "real";
    scenario::unsupported(*loaded, real ? scenario::real_abilities() : scenario::simulator_abilities(), findings);
  }
  if (findings.empty()) return loaded;
  std::fputs(findings.lines(path).c_str(), stderr);
  return std::nullopt;
}

std::string run_line(const sim::RunProgress& progress) {
  return fmt::format("{:>8.1f} s  {:<8} {:>7} messages {:>12} events", progress.now.ns / 1e9,
                     scenario::phase_text(progress.phase), progress.published, progress.events);
}

Result<scenario::Summary> run_in_folder(const Scenario& wanted, const std::string& out, const CommandOptions& options) {
  auto folder = scenario::RunFolder::begin(out);
  if (!folder.ok()) return folder.error();
  if (auto written = folder->write_scenario(wanted, LASTMILE_VERSION); !written.ok()) return written.error();
  std::signal(SIGINT, on_interrupt);
  std::signal(SIGTERM, on_interrupt);

  Progress bar(options.quiet || options.json);
  sim::RunOptions run;
  run.folder = folder->partial();
  run.interrupted = [] { return interrupted.load(); };
  run.progress = [&bar](const sim::RunProgress& p) {
    bar.show(static_cast<double>(p.now.ns) / static_cast<double>(std::max<std::int64_t>(1, p.latest_end.ns)),
             run_line(p));
  };
  auto summary = sim::run_scenario(wanted, std::move(run));
  if (!summary.ok()) return summary.error();
  summary->reproduce = fmt::format("lastmile-sim run {}/scenario.json --seed {}", out, summary->seed);
  if (auto written = folder->write_summary(*summary); !written.ok()) return written.error();
  const std::string line =
      fmt::format("{} seed {}: {}", summary->scenario, summary->seed, scenario::verdict_text(summary->verdict));
  if (auto written = folder->log(line); !written.ok()) return written.error();
  if (auto written = study::write_report(folder->partial()); !written.ok()) return written.error();
  if (auto committed = folder->commit(); !committed.ok()) return committed.error();
  return summary;
}

std::string default_out(const Scenario& wanted) { return fmt::format("runs/{}-{}", wanted.name, wanted.seed); }

std::optional<std::string> read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(in), {});
}

// The digest of an earlier run, from its summary.
std::optional<std::string> digest_of(const std::string& folder) {
  const auto text = read_file(folder + "/summary.json");
  if (!text) return std::nullopt;
  constexpr std::string_view kKey = "\"digest\": \"";
  const auto at = text->find(kKey);
  if (at == std::string::npos || text->size() < at + kKey.size() + 64) return std::nullopt;
  return text->substr(at + kKey.size(), 64);
}

// The rig is a program of its own, so that none links both worlds; it lies beside this one.
int run_in_rig(const CommandOptions& options) {
  std::error_code error;
  const fs::path here = fs::read_symlink("/proc/self/exe", error).parent_path();
  const std::string rig = (here / "lastmile-rig").string();
  std::vector<std::string> arguments{rig, "run", options.file};
  if (options.seed) arguments.insert(arguments.end(), {"--seed", std::to_string(*options.seed)});
  for (const std::string& set : options.sets) arguments.insert(arguments.end(), {"--set", set});
  if (!options.out.empty()) arguments.insert(arguments.end(), {"--out", options.out});
  if (options.json) arguments.emplace_back("--json");
  if (options.quiet) arguments.emplace_back("--quiet");
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  execv(rig.c_str(), argv.data());
  return fail("cannot start " + rig);
}

}  // namespace

int command_run(CommandOptions& options) {
  if (options.world == "real") return run_in_rig(options);
  const auto wanted = load(options, options.file, true);
  if (!wanted) return kExitUsage;
  const std::string out = options.out.empty() ? default_out(*wanted) : options.out;
  const auto summary = run_in_folder(*wanted, out, options);
  if (!summary.ok()) return fail(summary.error().text);
  if (options.json) {
    std::puts(scenario::compact(scenario::summary_json(*summary)).c_str());
  } else {
    print_summary(*summary);
    fmt::print("  report {}/report.html\n", out);
  }
  return scenario::exit_status(summary->verdict);
}

int command_rerun(CommandOptions& options) {
  const auto before = digest_of(options.file);
  if (!before) return fail(options.file + ": expected a run folder with a digest in its summary.json");
  const auto wanted = load(options, options.file + "/scenario.json", true);
  if (!wanted) return kExitUsage;
  std::optional<scenario::Summary> summary;
  if (options.out.empty()) {
    Progress bar(options.quiet || options.json);
    sim::RunOptions run;
    run.progress = [&bar](const sim::RunProgress& p) {
      bar.show(static_cast<double>(p.now.ns) / static_cast<double>(std::max<std::int64_t>(1, p.latest_end.ns)),
               run_line(p));
    };
    auto done = sim::run_scenario(*wanted, std::move(run));
    if (!done.ok()) return fail(done.error().text);
    summary = std::move(*done);
  } else {
    auto done = run_in_folder(*wanted, options.out, options);
    if (!done.ok()) return fail(done.error().text);
    summary = std::move(*done);
  }
  const bool equal = summary->digest->hex() == *before;
  if (options.json) {
    std::puts(scenario::compact(scenario::summary_json(*summary)).c_str());
  } else {
    print_summary(*summary);
    fmt::print("  {} the recorded run ({})\n", equal ? "equal to" : "DIFFERS from", before->substr(0, 16));
    if (!options.out.empty()) fmt::print("  report {}/report.html\n", options.out);
  }
  return equal ? scenario::exit_status(summary->verdict) : 1;
}

int command_report(CommandOptions& options) {
  if (auto written = study::write_report(options.file); !written.ok()) return fail(written.error().text);
  fmt::print("{}/report.html\n", options.file);
  return 0;
}

int command_twin(CommandOptions& options) {
  const auto wanted = load(options, options.file, true);
  if (!wanted) return kExitUsage;
  const auto twins = sim::run_twins(*wanted);
  if (!twins.ok()) return fail(twins.error().text);
  if (twins->difference.empty()) {
    fmt::print("equal: {} events, digest {}\n", scenario::human_count(twins->events), twins->digest.hex());
    return 0;
  }
  fmt::print("different: {}\n", twins->difference);
  return 1;
}

int command_validate(CommandOptions& options) {
  const auto wanted = load(options, options.file, true);
  if (!wanted) return kExitUsage;
  if (options.json) {
    std::puts(scenario::compact(scenario::resolved(*wanted)).c_str());
  } else {
    fmt::print("{}: valid, {} nodes, {} faults, {} checks\n", wanted->name, wanted->world.nodes(),
               wanted->faults.size(), wanted->checks.size());
  }
  return 0;
}

int command_list(CommandOptions& options) {
  const std::string root = options.file.empty() ? "scenarios" : options.file;
  std::error_code error;
  if (!fs::is_directory(root, error)) return fail(root + ": expected a folder with scenario files");
  std::vector<std::string> files;
  for (fs::recursive_directory_iterator it(root, error), end; it != end; it.increment(error)) {
    const std::string path = it->path().string();
    if (it->path().extension() == ".json" && path.find("/schema/") == std::string::npos &&
        path.find("/engine/") == std::string::npos && path.find("/economy/") == std::string::npos) {
      files.push_back(path);
    }
  }
  std::sort(files.begin(), files.end());
  scenario::Json all = scenario::Json::list();
  int status = 0;
  for (const std::string& path : files) {
    Findings findings;
    const auto found = scenario::load_scenario_file(path, {}, findings);
    if (!found) {
      std::fputs(findings.lines(path).c_str(), stderr);
      status = kExitUsage;
      continue;
    }
    if (options.json) {
      all.push(scenario::Json::object()
                   .set("file", path)
                   .set("name", found->name)
                   .set("question", found->question)
                   .set("expectation", found->expectation));
    } else {
      fmt::print("{}\n  {}\n", path, found->question);
    }
  }
  if (options.json) std::puts(scenario::compact(all).c_str());
  return status;
}

}  // namespace lastmile::tools
