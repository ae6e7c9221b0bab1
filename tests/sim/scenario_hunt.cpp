// Scenario files as careless people write them: shipped files, changed here and there as JSON trees. Each must be
// refused with a finding that names a place, or be a scenario that reads back from its resolved form, runs within its
// limits to a verdict, and runs the same a second time. Whatever breaks a promise of ours stops the program.
//
//   scenario_hunt FIRST COUNT FILE...        seeds FIRST, FIRST + 1, ...; exit status 1 when one breaks a promise
//   scenario_hunt --show SEED FILE...        prints the changed file of a seed
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "core/base/check.hpp"
#include "core/base/random.hpp"
#include "scenarios/engine/model/abilities.hpp"
#include "scenarios/engine/model/load.hpp"
#include "scenarios/engine/text/json_reader.hpp"
#include "sim/run/run.hpp"

namespace lastmile::sim {
namespace {

using scenario::Json;

constexpr std::uint64_t kEvents = 40'000;  // of one run
constexpr std::uint32_t kNodesRun = 200;   // larger worlds are read, not run
constexpr std::uint64_t kRunTwiceEvery = 4;
constexpr std::uint64_t kBothSorts = 50;  // as many files are refused and run

struct Part {
  std::string key;  // of the member, or of the list that holds it
  Json value;
};

void collect(const Json& value, const std::string& key, std::vector<Part>& out) {
  out.push_back({key, value});
  if (const auto* members = value.members()) {
    for (const auto& member : *members) collect(member.value, member.key, out);
  } else if (const auto* items = value.items()) {
    for (const Json& item : *items) collect(item, key, out);
  }
}

class Changer {
 public:
  // `parts`: of all files, so that what is put in is often something that somebody could mean there.
  Changer(const std::vector<Part>& parts, Generator& draws) : parts_(parts), draws_(draws) {}

  void change(Json& document) {
    // Half of the ways lead to the leaves, the others end higher up.
    Json* at = &document;
    std::string key;
    while (draws_.below(8) != 0) {
      Json* next = nullptr;
      if (auto* members = at->members(); members != nullptr && !members->empty()) {
        auto& member = pick(*members);
        key = member.key;
        next = &member.value;
      } else if (auto* items = at->items(); items != nullptr && !items->empty()) {
        next = &pick(*items);
      }
      if (next == nullptr) break;
      at = next;
    }
    if (auto* members = at->members(); members != nullptr && !members->empty()) return change_object(*members);
    if (auto* items = at->items(); items != nullptr && !items->empty()) return change_list(*items);
    change_leaf(*at, key);
  }

 private:
  template <class List>
  typename List::value_type& pick(List& list) {
    return list[static_cast<std::size_t>(draws_.below(list.size()))];
  }
  const Part& pick(const std::vector<Part>& list) { return list[static_cast<std::size_t>(draws_.below(list.size()))]; }
  const Part* pick(const std::vector<const Part*>& list) {
    return list[static_cast<std::size_t>(draws_.below(list.size()))];
  }
  template <class List>
  void erase_one(List& list) {
    list.erase(list.begin() + static_cast<std::ptrdiff_t>(draws_.below(list.size())));
  }

  void change_object(Json::Object& members) {
    switch (draws_.below(5)) {
      case 0:
        return erase_one(members);
      case 1: {  // a slip of the pen
        std::string& key = pick(members).key;
        if (!key.empty()) key[static_cast<std::size_t>(draws_.below(key.size()))] = 'x';
        return;
      }
      case 2:
        return std::swap(pick(members).value, pick(members).value);
      case 3: {
        const Part& part = pick(parts_);
        members.push_back({part.key, part.value});
        return;
      }
      default: {
        auto& member = pick(members);
        member.value = graft(member.key);
      }
    }
  }
  void change_list(Json::List& items) {
    switch (draws_.below(4)) {
      case 0:
        return erase_one(items);
      case 1:
        items.push_back(Json(pick(items)));
        return;
      case 2:
        return std::swap(pick(items), pick(items));
      default:
        pick(items) = pick(parts_).value;
    }
  }
  void change_leaf(Json& leaf, const std::string& key) {
    const bool by_another = draws_.below(3) == 0;
    if (const std::string* text = leaf.text(); text != nullptr && !by_another) {
      leaf = changed(*text);
    } else if (leaf.number() != nullptr && !by_another) {
      leaf = Json(Json::Number{std::string(one_of(kNumbers))});
    } else if (const bool* value = leaf.boolean(); value != nullptr && !by_another) {
      leaf = Json(!*value);
    } else {
      leaf = graft(key);
    }
  }

  // What stands under this key somewhere, or anything.
  Json graft(const std::string& key) {
    std::vector<const Part*> fitting;
    for (const Part& part : parts_) {
      if (part.key == key) fitting.push_back(&part);
    }
    return fitting.empty() || draws_.below(6) == 0 ? pick(parts_).value : pick(fitting)->value;
  }
  std::string changed(std::string text) {
    const auto digits = text.find_first_of("0123456789");
    if (digits == std::string::npos || draws_.below(4) == 0) return std::string(one_of(kTexts));
    const auto end = text.find_first_not_of("0123456789.", digits);
    return text.replace(digits, end == std::string::npos ? end : end - digits, one_of(kNumbers));
  }
  template <std::size_t n>
  std::string_view one_of(const std::array<std::string_view, n>& list) {
    return list[static_cast<std::size_t>(draws_.below(n))];
  }

  static constexpr std::array<std::string_view, 14> kNumbers{
      "0",     "1",   "2", "3", "7", "50", "-1", "0.5", "1000", "100000", "4294967296", "18446744073709551615",
      "1e308", "1e-9"};
  static constexpr std::array<std::string_view, 24> kTexts{
      "",       "all",     "one",      "!all",          "random:3",  "random:50%", "minority", "majority",
      "node:x", "group:x", "island:x", "region:europe", "role:core", "trouble",    "heal-1s",  "trouble+1s",
      "never",  "0s",      "1ns",      "300y",          "100%",      "0B",         "1/s",      "\xc3\xa9\xe2\x82\xac"};

  const std::vector<Part>& parts_;
  Generator& draws_;
};

struct Shipped {
  std::vector<Json> documents;
  std::vector<Part> parts;
};

Json changed(const Shipped& shipped, std::uint64_t seed) {
  Generator draws(substream(seed, 0, "scenario hunt"));
  Json document = shipped.documents[static_cast<std::size_t>(draws.below(shipped.documents.size()))];
  Changer changer(shipped.parts, draws);
  for (std::uint64_t changes = 1 + draws.below(4); changes > 0; --changes) changer.change(document);
  return document;
}

// "", "line ..." or a pointer whose parent is there: what is missing has no place of its own.
bool names_a_place(const Json& document, const std::string& place) {
  if (place.empty() || place.starts_with("line ")) return true;
  if (place.front() != '/') return false;
  const Json* at = &document;
  std::size_t begin = 1;
  for (std::size_t end; (end = place.find('/', begin)) != std::string::npos; begin = end + 1) {
    const std::string token = place.substr(begin, end - begin);
    const Json* next = nullptr;
    if (const auto* items = at->items()) {
      const std::size_t position = std::strtoull(token.c_str(), nullptr, 10);
      if (position < items->size()) next = &(*items)[position];
    } else if (const auto* members = at->members()) {
      for (const auto& member : *members) {
        if (scenario::pointer_token(member.key) == "/" + token) next = &member.value;
      }
    }
    if (next == nullptr) return false;
    at = next;
  }
  return true;
}

// Of each finding; empty when all is well.
std::optional<std::string> broken_finding(const Json& document, const scenario::Findings& findings) {
  for (const auto& finding : findings.list()) {
    if (finding.text.empty()) return "a finding without a text at " + finding.place;
    if (!names_a_place(document, finding.place))
      return "a finding at no place of the file: " + finding.place + ": " + finding.text;
  }
  return std::nullopt;
}

// What breaks a promise; empty when all is well. `end` says how the file ended.
std::optional<std::string> broken_promise(const Json& document, std::uint64_t seed, std::string& end) {
  scenario::Findings findings;
  auto read = scenario::load_scenario(scenario::pretty(document), {}, findings);
  if (read.has_value() != findings.empty()) return "a scenario with findings, or none without";
  if (auto broken = broken_finding(document, findings)) return broken;
  if (!read) {
    end = "refused";
    return std::nullopt;
  }
  scenario::Findings none;
  const auto again = scenario::load_scenario(scenario::pretty(scenario::resolved(*read)), {}, none);
  if (!again || !(*again == *read)) return "the resolved form is another scenario:\n" + none.lines("resolved");
  if (scenario_digest(*again) != scenario_digest(*read)) return "the resolved form has another digest";
  unsupported(*read, scenario::simulator_abilities(), none);
  if (auto broken = broken_finding(resolved(*read), none)) return broken;
  if (!none.empty()) {
    end = "refused by the simulator";
    return std::nullopt;
  }
  if (read->world.nodes() > kNodesRun) {
    end = "too large to run here";
    return std::nullopt;
  }
  if (read->network == scenario::NetworkLevel::flow) {
    end = "of level flow, which a process can run once";
    return std::nullopt;
  }
  read->limits.events = std::min(read->limits.events.value_or(kEvents), kEvents);
  const auto summary = run_scenario(*read, {});
  if (!summary.ok()) {
    end = "could not be built";
    return summary.error().text.empty() ? std::optional<std::string>("an error without a text") : std::nullopt;
  }
  if (summary->limit_hit && summary->verdict == scenario::Verdict::pass) return "passed at a limit";
  for (const auto& check : summary->checks) {
    if (check.detail.empty()) return "a check without a word of what it saw";
  }
  end = "ran: " + std::string(scenario::verdict_text(summary->verdict));
  if (seed % kRunTwiceEvery != 0) return std::nullopt;
  const auto twin = run_scenario(*read, {});
  if (!twin.ok() || twin->digest != summary->digest) return "a second run differs";
  return std::nullopt;
}

int hunt(const Shipped& shipped, std::uint64_t first, std::uint64_t count) {
  std::map<std::string, std::uint64_t> ends;
  int broken = 0;
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    std::string end = "broke a promise";
    if (const auto why = broken_promise(changed(shipped, seed), seed, end)) {
      ++broken;
      std::printf("%llu: %s\n", static_cast<unsigned long long>(seed), why->c_str());
      std::fflush(stdout);
    }
    ++ends[end];
  }
  std::uint64_t ran = 0;
  for (const auto& [end, times] : ends) {
    std::printf("%8llu %s\n", static_cast<unsigned long long>(times), end.c_str());
    if (end.starts_with("ran")) ran += times;
  }
  // A hunt for one seed may well find one sort.
  const bool one_sort = count >= kBothSorts && (ran == 0 || ends["refused"] == 0);
  if (one_sort) std::puts("files of one sort only: the hunt looked at half of what it should");
  return broken == 0 && !one_sort ? 0 : 1;
}

std::optional<Shipped> shipped_files(int count, char** paths) {
  Shipped out;
  for (int i = 0; i < count; ++i) {
    std::ifstream file(paths[i], std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    scenario::Findings findings;
    auto document = scenario::read_json(text, findings);
    if (!document) {
      std::fprintf(stderr, "%s", findings.lines(paths[i]).c_str());
      return std::nullopt;
    }
    collect(*document, "", out.parts);
    out.documents.push_back(std::move(*document));
  }
  return out;
}

}  // namespace
}  // namespace lastmile::sim

int main(int argc, char** argv) {
  using namespace lastmile::sim;
  const auto number = [](const char* text) { return std::strtoull(text, nullptr, 10); };
  if (argc < 4) {
    std::fputs("usage: scenario_hunt FIRST COUNT FILE... | scenario_hunt --show SEED FILE...\n", stderr);
    return 3;
  }
  const auto shipped = shipped_files(argc - 3, argv + 3);
  if (!shipped) return 3;
  if (std::string(argv[1]) == "--show") {
    std::fputs(lastmile::scenario::pretty(changed(*shipped, number(argv[2]))).c_str(), stdout);
    return 0;
  }
  const std::uint64_t count = number(argv[2]);
  if (count == 0) {
    std::fprintf(stderr, "scenario_hunt: expected a number of seeds, found \"%s\"\n", argv[2]);
    return 3;
  }
  return hunt(*shipped, number(argv[1]), count);
}
