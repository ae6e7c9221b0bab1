// Verbs that run something: run, rerun, twin.
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>

#include "scenarios/engine/folder/run_folder.hpp"
#include "scenarios/engine/model/load.hpp"
#include "scenarios/engine/text/input_file.hpp"
#include "scenarios/engine/text/json.hpp"
#include "scenarios/engine/text/json_reader.hpp"
#include "scenarios/engine/text/quantity.hpp"
#include "sim/run/run.hpp"
#include "sim/run/twin.hpp"
#include "tools/console/print_summary.hpp"
#include "tools/console/run_in_folder.hpp"
#include "tools/sim/output.hpp"

namespace lastmile::tools {
namespace {

namespace fs = std::filesystem;
using scenario::Json;
using scenario::Scenario;

constexpr std::size_t kDigestDigits = 64;

StartRun in_simulator(const Scenario& wanted) {
  return [&wanted](scenario::RunOptions options) { return sim::run_scenario(wanted, {std::move(options)}); };
}

bool quiet(const CommandOptions& options) { return options.quiet || options.json; }

std::string default_out(const Scenario& wanted) { return fmt::format("runs/{}-{}", wanted.name, wanted.seed); }

// What a summary says of its run.
struct Recorded {
  std::string digest;
  std::string scenario_digest;
  std::optional<std::uint64_t> seed;
};

std::string text_member(const Json& json, std::string_view key) {
  const Json* found = json.find(key);
  return found != nullptr && found->text() != nullptr ? *found->text() : "";
}

// An earlier run, from the summary in its folder.
Result<Recorded> recorded_in(const std::string& folder) {
  const std::string path = in_folder(folder, "summary.json");
  const auto opened = scenario::open_input(path);
  if (!opened.ok()) return Error{path + ": expected the summary of an earlier run, found " + opened.error().text};
  std::istream& in = **opened;
  std::string text(scenario::kJsonBytesMax + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  scenario::Findings findings;
  const auto summary = scenario::read_json(text, findings);
  if (!summary) return Error{path + ": " + findings.list().front().place + ": " + findings.list().front().text};
  const Json* digest = summary->find("digest");
  if (digest != nullptr && digest->is_null()) {
    return Error{path + ": a run of real processes has no digest to compare; run its scenario.json instead"};
  }
  if (digest == nullptr || digest->text() == nullptr || digest->text()->size() != kDigestDigits) {
    return Error{path + ": /digest: expected 64 hexadecimal digits, as in the summary of a run"};
  }
  // How far a run came before a user or the clock of the machine ended it is not ours to repeat.
  const std::string limit = text_member(*summary, "limit_hit");
  if (!limit.empty() && limit != "events") {
    return Error{path + ": that run was ended early (" + printable(limit) +
                 "), so its digest has no equal; run it whole: lastmile-sim run " + in_folder(folder, "scenario.json")};
  }
  const Json* seed = summary->find("seed");
  return Recorded{*digest->text(), text_member(*summary, "scenario_digest"),
                  seed != nullptr ? seed->as_unsigned() : std::nullopt};
}

// Another scenario has another digest, which says nothing about the program.
bool is_that_of(const Scenario& wanted, const Recorded& recorded) {
  return recorded.seed == wanted.seed && recorded.scenario_digest == scenario::scenario_digest(wanted).hex();
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
  argv.reserve(arguments.size() + 1);
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  execv(rig.c_str(), argv.data());
  fail(options, rig + ": cannot be started: " + std::generic_category().message(errno));
  return scenario::exit_status(scenario::Verdict::unknown);
}

}  // namespace

int command_run(CommandOptions& options) {
  if (options.world == "real") return run_in_rig(options);
  const auto wanted = load_wanted(options, options.file);
  if (!wanted) return kExitUsage;
  const std::string out = options.out.empty() ? default_out(*wanted) : options.out;
  auto folder = scenario::RunFolder::begin(out);
  if (!folder.ok()) return fail(options, folder.error().text);
  const auto summary = run_in_folder(*wanted, *std::move(folder), quiet(options), in_simulator(*wanted));
  if (!summary.ok()) return undecided(options, summary.error());
  print_run(*summary, out, options.json);
  return scenario::exit_status(summary->verdict);
}

int command_rerun(CommandOptions& options) {
  const auto before = recorded_in(options.file);
  if (!before.ok()) return fail(options, before.error().text, killed_hint(options.file));
  const std::string file = in_folder(options.file, "scenario.json");
  const auto wanted = load_wanted(options, file);
  if (!wanted) return kExitUsage;
  if (!is_that_of(*wanted, *before)) {
    return fail(options, file + ": changed since that run, so the digests have nothing in common",
                "Run it as it is now: lastmile-sim run " + file);
  }
  std::optional<scenario::RunFolder> folder;
  if (!options.out.empty()) {
    auto begun = scenario::RunFolder::begin(options.out);
    if (!begun.ok()) return fail(options, begun.error().text);
    folder = *std::move(begun);
  }
  const auto summary = folder ? run_in_folder(*wanted, *std::move(folder), quiet(options), in_simulator(*wanted))
                              : run_watched({}, quiet(options), in_simulator(*wanted));
  if (!summary.ok()) return undecided(options, summary.error());
  const auto& digest = summary->digest;
  const bool equal = digest && digest->hex() == before->digest;
  const bool decided = equal || !interrupted();  // what was ended early had no chance to be equal
  if (options.json) {
    Json json = scenario::summary_json(*summary);
    json.set("recorded_digest", before->digest);
    std::puts(scenario::compact(json).c_str());
  } else {
    print_run(*summary, options.out, false);
    const std::string_view relation = equal ? "equal to" : decided ? "DIFFERS from" : "interrupted, not compared with";
    fmt::print("  {} the recorded run ({})\n", relation, before->digest.substr(0, 16));
  }
  if (equal) return scenario::exit_status(summary->verdict);
  return scenario::exit_status(decided ? scenario::Verdict::fail : scenario::Verdict::unknown);
}

int command_twin(CommandOptions& options) {
  const auto wanted = load_wanted(options, options.file);
  if (!wanted) return kExitUsage;
  const auto twins = sim::run_twins(*wanted);
  if (!twins.ok()) return undecided(options, twins.error());
  const bool equal = twins->difference.empty();
  if (options.json) {
    Json json = Json::object().set("equal", equal).set("events", Json::unsigned_integer(twins->events));
    if (equal) json.set("digest", twins->digest.hex());
    if (!equal) json.set("difference", twins->difference);
    std::puts(scenario::compact(json).c_str());
  } else if (equal) {
    fmt::print("equal: {} events, digest {}\n", scenario::human_count(twins->events), twins->digest.hex());
  } else {
    fmt::print("different: {}\n", twins->difference);
  }
  return scenario::exit_status(equal ? scenario::Verdict::pass : scenario::Verdict::fail);
}

}  // namespace lastmile::tools
