// Looks for faults that a network does not survive: random scenarios from the catalogue of faults, each with everything
// it breaks mended by the end of trouble, and often with limits and intervals far from the usual ones, so that every
// check must pass. A check that had nothing to look at is a failure too: the plan asks only for those that apply.
//
//   fault_hunt FIRST COUNT        seeds FIRST, FIRST + 1, ...; exit status 1 when one fails
//   fault_hunt --show SEED        prints the scenario of a seed
//
// A failing scenario is made smaller (faults, accounts, traffic are left out while it still fails) and printed as JSON:
// run it with lastmile-sim, find the cause, and leave a directed test.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "core/base/random.hpp"
#include "scenarios/engine/model/load.hpp"
#include "sim/run/run.hpp"

namespace lastmile::sim {
namespace {

struct Plan {
  std::uint64_t seed = 0;
  std::uint64_t west = 4, east = 4;
  std::string topology = R"({"kind": "full"})";
  std::string roads;
  std::string chains;
  std::string parameters = R"("intervals.archive_every": "5s")";
  std::string into = "all";
  std::uint64_t rate = 8;
  bool delegation = false;
  bool economy = false;
  std::vector<std::string> faults;

  // Besides those that apply to every plan.
  std::string further_checks() const {
    std::string list;
    const bool comes_back = std::any_of(faults.begin(), faults.end(), [](const std::string& fault) {
      return fault.find(R"("disk": "kept")") != std::string::npos ||
             fault.find(R"("disk": "torn")") != std::string::npos ||
             fault.find(R"("mode": "full")") != std::string::npos;
    });
    if (comes_back) list += R"(, {"name": "acknowledged_kept"})";
    if (!chains.empty()) list += R"(, {"name": "finality_respected"}, {"name": "confirmed"})";
    return list;
  }

  std::string text() const {
    std::string list;
    for (const std::string& fault : faults) list += (list.empty() ? "\n    " : ",\n    ") + fault;
    const std::string rights =
        delegation ? R"(, "delegation": {"elements": "40%", "revocations": "40%", "messages": "40%"})" : "";
    const std::string money = economy ? R"(
  "economy": {"preset": "prices", "overrides": {"small_store": "2KiB"}, "balances": [
    {"of": "wallets", "amount": "1200token"},
    {"of": "wallets", "share": "40%", "amount": "3000token", "at": "trouble+8s", "into": "group:east"},
    {"of": "wallets", "share": "20%", "amount": "50token", "at": "trouble+16s", "into": "group:west"}]},)"
                                      : "";
    return fmt::format(R"({{
  "format": 1, "name": "hunt-{0}", "question": "Does it heal?", "expectation": "yes", "seed": {0},
  "phases": {{"warm_up": "8s", "trouble": "40s", "heal": "10s", "settle": "30min"}},
  "world": {{"regions": "internet-2019",
    "groups": [{{"name": "west", "count": {1}, "region": "north_america"}}, {{"name": "east", "count": {2}, "region": "europe"}}],
    "topology": {3}, "chains": [{4}], "roads": {5},
    "parameters": {{{11}}}}},
  "traffic": [{{"name": "wallets", "into": "{6}", "rate": "{7}/s", "from": "1s", "until": "settle",
    "accounts": {{"count": 24, "chains": {{"ETH": "50%", "SOL": "50%"}}}},
    "types": {{"POST": "45%", "AGGREGATE": "20%", "STORE": "15%", "PROGRAM": "5%", "INSTANCE": "5%", "FORGET": "10%"}},
    "files": {{"size": {{"law": "uniform", "min": "1KiB", "max": "4KiB"}}}}, "size": {{"law": "lognormal", "median": "500B", "sigma": 1.5, "at_most": "90KiB"}}{8}}}],{9}
  "faults": [{10}],
  "checks": [{{"name": "no_forged_message"}}, {{"name": "forgotten_stays_forgotten"}}, {{"name": "status_moves_legal"}},
    {{"name": "bounded_queues"}}, {{"name": "healed"}}, {{"name": "converged"}}, {{"name": "all_processed"}},
    {{"name": "acknowledged_everywhere"}}{12}]
}}
)",
                       seed, west, east, topology, chains, roads, into, rate, rights, money, list, parameters,
                       further_checks());
  }
};

class Planner {
 public:
  explicit Planner(std::uint64_t seed) : draws_(substream(seed, 0, "fault hunt")) { plan_.seed = seed; }

  Plan plan() {
    plan_.west = 2 + draws_.below(4);
    plan_.east = 2 + draws_.below(4);
    if (draws_.below(2) == 0 && plan_.west + plan_.east > 4)
      plan_.topology = R"({"kind": "random_regular", "degree": 4})";
    plan_.rate = 4 + draws_.below(12);
    roads();
    plan_.delegation = draws_.below(2) == 0;
    plan_.economy = draws_.below(2) == 0;
    const std::uint64_t count = 1 + draws_.below(5);
    for (std::uint64_t i = 0; i < count; ++i) plan_.faults.push_back(fault(i));
    if (draws_.below(3) != 0) parameters();
    return plan_;
  }

 private:
  // Each of these heals by itself; a road on top must not get in its way.
  void roads() {
    const auto set = [&](bool gossip, bool reconciliation, bool chain, bool store) {
      plan_.roads = fmt::format(R"({{"gossip": {}, "reconciliation": {}, "chain": {}, "content_store": {}}})", gossip,
                                reconciliation, chain, store);
      has_chain_ = chain;
      if (chain) {
        plan_.chains =
            R"({"name": "ethereum", "kind": "evm", "block_time": "2s", "finality_blocks": 5, "archive_every": "5s",
      "synchronizers": ["node:west-0", "node:east-0"]})";
      }
    };
    switch (draws_.below(6)) {
      case 0:
        set(false, false, true, false);
        plan_.into = "chain:ethereum";  // nobody else packs what he was told
        break;
      case 1:
        set(draws_.below(2) == 0, false, false, true);
        break;
      case 2:
        set(true, true, true, true);
        break;
      case 3:
        set(true, true, true, false);
        break;
      default:
        set(true, true, false, false);
    }
  }

  // Of one source at most as many as of all, in every plan.
  void inbox() {
    const std::uint64_t all = draws_.below(3) == 0 ? between(20, 2000) : node::Limits{}.inbox_messages;
    const std::uint64_t of_one = draws_.below(3) == 0 ? between(5, 500) : node::Limits{}.inbox_messages_per_source;
    plan_.parameters += fmt::format(R"(, "limits.inbox_messages": {}, "limits.inbox_messages_per_source": {})", all,
                                    std::min(of_one, all));
  }

  // Few of each, so that the failure of a plan says which of them matters. The least of every range is what a node can
  // still work with: one signature at a time, one commit, an inbox of some messages. Small ones are as likely as large.
  void parameters() {
    const auto add = [this](std::string_view name, std::uint64_t least, std::uint64_t most, std::string_view unit) {
      if (draws_.below(3) != 0) return;
      const std::uint64_t value = between(least, most);
      plan_.parameters += unit.empty() ? fmt::format(R"(, "{}": {})", name, value)
                                       : fmt::format(R"(, "{}": "{}{}")", name, value, unit);
    };
    inbox();
    add("limits.verify_in_flight", 1, 64, "");
    add("limits.inbox_turn", 1, 64, "");
    add("limits.fetch_wanted", 4, 1000, "");
    add("limits.commits_in_flight", 1, 200, "");
    add("limits.recent_messages", 1, 2000, "");
    add("limits.earlier_copies", 1, 4, "");
    add("limits.peer_queued_bytes", 128, 4096, "KiB");
    add("limits.reconcile_sessions", 1, 4, "");
    add("limits.reconcile_answers_per_minute", 32, 256, "");
    add("limits.archives_wanted", 1, 64, "");
    add("limits.feed_at_once", 4, 256, "");
    add("intervals.gossip_heartbeat", 300, 3000, "ms");
    add("intervals.reconcile_every", 5, 120, "s");
    add("intervals.store_tick", 1, 30, "s");
    add("intervals.dial_pause_min", 500, 10'000, "ms");
    add("intervals.dial_pause_max", 10, 120, "s");
    add("intervals.content_deadline", 2, 30, "s");
    add("intervals.fetch_turn", 2, 60, "s");
    add("intervals.fetch_look", 1, 10, "s");
    add("intervals.request_deadline", 2, 30, "s");
  }
  // Each size is as likely as its half.
  std::uint64_t between(std::uint64_t least, std::uint64_t most) {
    std::uint64_t doublings = 0;
    while (least << (doublings + 1) <= most) ++doublings;
    const std::uint64_t from = least << draws_.below(doublings + 1);
    return from + draws_.below(std::min(from, most - from + 1));
  }

  std::string one_of(std::vector<std::string> words) {
    return words[static_cast<std::size_t>(draws_.below(words.size()))];
  }

  std::string window(std::uint64_t length_most) {
    const std::uint64_t from = draws_.below(30);
    const std::uint64_t length = std::min(39 - from, 1 + draws_.below(length_most));
    return fmt::format(R"("from": "trouble+{}s", "for": "{}s")", from, length);
  }
  std::string sides() {
    return one_of({R"(["group:west", "group:east"])", R"(["group:east", "group:west"])", R"(["minority", "all"])",
                   R"(["one", "all"])", R"(["random:2", "all"])"});
  }
  std::string some() { return one_of({"one", "random:2", "minority", "group:west"}); }

  std::string fault(std::uint64_t number) {
    const std::string head = fmt::format(R"({{"name": "f{}", "kind": )", number);
    switch (draws_.below(has_chain_ ? 15 : 12)) {
      case 0:
      case 1:
        return head + fmt::format(R"("partition", "between": {}, {}, "direction": "{}", {}}})", sides(),
                                  one_of({R"("mode": "reset")", R"("mode": "reset")", R"("mode": "stall")",
                                          R"("mode": "stall", "leak": "10%")"}),
                                  one_of({"both", "both", "first_to_second"}), window(35));
      case 2:
        return head +
               fmt::format(
                   R"("link", "between": {}, "loss": "{}%", "latency_add": "{}ms", "jitter": "{}ms", "duplicate": "{}%", "reorder": "{}%", "corrupt": "{}%", {}}})",
                   sides(), draws_.below(40), draws_.below(800), draws_.below(300), draws_.below(30), draws_.below(30),
                   draws_.below(3), window(35));
      case 3:
        return head + fmt::format(R"("hold", "between": {}, {}}})", sides(), window(35));
      case 4:
        return head +
               fmt::format(
                   R"("crash", "who": "{}", "disk": "{}", "restart_after": "{}ms", "from": "trouble+{}s", "until": "heal"}})",
                   some(), one_of({"kept", "torn", "torn"}), 200 + draws_.below(8000), draws_.below(30));
      case 5:  // one disk at a time: what only lost disks held is excused, but little else is left to check
        return head +
               fmt::format(
                   R"("crash", "who": "one", "disk": "lost", "restart_after": "{}ms", "from": "trouble+{}s", "until": "heal"}})",
                   200 + draws_.below(8000), draws_.below(30));
      case 6:
        return head + fmt::format(R"("churn", "who": "{}", "session": "{}ms", "absence": "{}ms", "disk": "{}", {}}})",
                                  some(), 1000 + draws_.below(9000), 200 + draws_.below(4000), one_of({"kept", "torn"}),
                                  window(35));
      case 7:
        return head + fmt::format(R"("pause", "who": "{}", {}}})", some(), window(20));
      case 8:
        return head + fmt::format(R"("disk", "who": "{}", "mode": "slow", "amount": "{}%", {}}})", some(),
                                  one_of({"0.1", "1", "10"}), window(35));
      case 9:
        return head + fmt::format(R"("disk", "who": "{}", "mode": "full", "amount": "100%", {}}})", some(), window(35));
      case 10:  // one at a time, as above
        return head + fmt::format(R"("disk", "who": "one", "mode": "corrupt", "amount": "{}%", {}}})",
                                  one_of({"0.5", "5", "100"}), window(35));
      case 11:
        return head + fmt::format(R"("rare_path", "who": "{}", "share": "{}%", {}}})",
                                  one_of({"all", "group:west", "one"}), one_of({"1", "5", "20"}), window(35));
      case 12:
        return head + fmt::format(R"("chain", "chain": "ethereum", "mode": "outage", "who": "{}", {}}})",
                                  one_of({"all", "one", "group:west"}), window(30));
      case 13:
        return head + fmt::format(R"("chain", "chain": "ethereum", "mode": "delay", "delay": "{}s", {}}})",
                                  1 + draws_.below(10), window(30));
      default:
        return head +
               fmt::format(
                   R"("chain", "chain": "ethereum", "mode": "reorg", "depth": {}, "from": {{"every": "{}s", "from": "trouble", "until": "heal"}}}})",
                   1 + draws_.below(4), 5 + draws_.below(15));
    }
  }

  Generator draws_;
  Plan plan_;
  bool has_chain_ = false;
};

// The first check that does not pass and why; empty when all is well.
std::optional<std::string> failure_of(const Plan& plan) {
  scenario::Findings findings;
  const auto scenario = scenario::load_scenario(plan.text(), {}, findings);
  if (!scenario) return "it is no scenario: " + findings.lines("hunt");
  const auto summary = run_scenario(*scenario, {});
  if (!summary.ok()) return "it did not run: " + summary.error().text;
  for (const scenario::CheckResult& check : summary->checks) {
    if (check.verdict == scenario::Verdict::pass) continue;
    std::string why = fmt::format("{}: {}, {}", scenario::check_text(check.name), scenario::verdict_text(check.verdict),
                                  check.detail);
    if (check.first_violation) why += "; " + check.first_violation->message + " " + check.first_violation->event;
    return why;
  }
  if (summary->limit_hit) return "limits: the run ended at " + *summary->limit_hit;
  return std::nullopt;
}

// Leaves out what is not needed for a failure of the same check.
Plan shrink(Plan plan, std::string& why) {
  const std::string check = why.substr(0, why.find(':'));
  const auto still_fails = [&](const Plan& smaller) {
    const auto now = failure_of(smaller);
    if (!now || now->substr(0, now->find(':')) != check) return false;
    why = *now;
    return true;
  };
  for (bool smaller = true; smaller;) {
    smaller = false;
    const auto attempt = [&](Plan candidate) {
      if (!still_fails(candidate)) return;
      plan = std::move(candidate);
      smaller = true;
    };
    for (std::size_t i = plan.faults.size(); i-- > 0;) {
      Plan without = plan;
      without.faults.erase(without.faults.begin() + static_cast<std::ptrdiff_t>(i));
      attempt(std::move(without));
    }
    if (plan.parameters != Plan{}.parameters) {
      Plan usual = plan;
      usual.parameters = Plan{}.parameters;
      attempt(std::move(usual));
    }
    for (bool Plan::* part : {&Plan::economy, &Plan::delegation}) {
      if (!(plan.*part)) continue;
      Plan without = plan;
      without.*part = false;
      attempt(std::move(without));
    }
    if (plan.rate > 1) {
      Plan slower = plan;
      slower.rate /= 2;
      attempt(std::move(slower));
    }
  }
  return plan;
}

int hunt(std::uint64_t first, std::uint64_t count) {
  int failed = 0;
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    const Plan plan = Planner(seed).plan();
    auto why = failure_of(plan);
    std::printf("%llu: %s\n", static_cast<unsigned long long>(seed), why ? why->c_str() : "pass");
    std::fflush(stdout);
    if (!why) continue;
    ++failed;
    const Plan smallest = shrink(plan, *why);
    std::printf("made smaller: %s\n%s\n", why->c_str(), smallest.text().c_str());
    std::fflush(stdout);
  }
  return failed == 0 ? 0 : 1;
}

}  // namespace
}  // namespace lastmile::sim

int main(int argc, char** argv) {
  const auto number = [](const char* text) { return std::strtoull(text, nullptr, 10); };
  if (argc == 3 && std::string(argv[1]) == "--show") {
    std::fputs(lastmile::sim::Planner(number(argv[2])).plan().text().c_str(), stdout);
    return 0;
  }
  if (argc != 3) {
    std::fputs("usage: fault_hunt FIRST COUNT | fault_hunt --show SEED\n", stderr);
    return 3;
  }
  return lastmile::sim::hunt(number(argv[1]), number(argv[2]));
}
