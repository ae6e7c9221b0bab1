#include "scenarios/engine/traffic/traffic.hpp"

#include <algorithm>
#include <unordered_map>

#include "core/base/check.hpp"
#include "core/base/present.hpp"
#include "scenarios/engine/traffic/account_ranges.hpp"
#include "scenarios/engine/traffic/arrivals.hpp"
#include "scenarios/engine/traffic/author.hpp"
#include "scenarios/engine/traffic/balance_oracle.hpp"
#include "scenarios/engine/traffic/envelope_file.hpp"
#include "scenarios/engine/traffic/registry_author.hpp"

namespace lastmile::scenario {
namespace {

static_assert(kTrafficMax * std::uint64_t{kAccountsMax} <= kWalletAccountsEnd);

constexpr std::uint32_t kOracle = 0xffffffffU;  // in entry_of: no traffic entry

struct Entry {
  Arrivals arrivals;
  Generator places;                       // draws the entry node
  std::optional<std::vector<Node>> into;  // selected at the first publication, when counting atoms draw
  std::unique_ptr<Author> author;         // null for a file
  std::shared_ptr<const std::vector<FileEnvelope>> envelopes;  // of a file
  std::size_t next_envelope = 0;
  std::unordered_map<message::ItemHash, std::uint64_t> numbers;  // of a file's messages that came already

  std::optional<Instant> next_time() const {
    if (!author && next_envelope >= envelopes->size()) return std::nullopt;
    return arrivals.next();
  }
};

}  // namespace

struct Traffic::State {
  const Scenario& scenario;
  const NodeTable& nodes;
  std::vector<Entry> entries;
  BalanceOracle oracle;
  RegistryAuthor registry;
  std::vector<std::uint32_t> entry_of;               // by publication number
  std::optional<std::vector<Node>> registry_into{};  // selected at its first publication

  // The entry that speaks next; the first of equals.
  Entry* first(std::uint32_t* index) {
    Entry* best = nullptr;
    for (std::uint32_t i = 0; i < entries.size(); ++i) {
      const auto time = entries[i].next_time();
      if (time && (best == nullptr || *time < present(best->next_time()))) {
        best = &entries[i];
        *index = i;
      }
    }
    return best;
  }

  // What accounts hold is told before anybody spends it.
  bool oracle_speaks(std::uint32_t* index) {
    const auto told = oracle.next_time();
    const Entry* entry = first(index);
    return told && (entry == nullptr || *told <= present(entry->next_time()));
  }

  // Behind the oracle and before wallets, at one time.
  bool registry_speaks(std::uint32_t* index) {
    const auto said = registry.next_time();
    const Entry* entry = first(index);
    return said && !oracle_speaks(index) && (entry == nullptr || *said <= present(entry->next_time()));
  }

  void tell_registry(Publication& p) {
    if (!registry_into) registry_into = core_nodes(registry.into(), "economy:registry");
    p.node = (*registry_into)[static_cast<std::size_t>(registry.places().below(registry_into->size()))];
    registry.write(p);
  }

  // Wallets talk to core nodes; "all" must not mean more in a world with other roles.
  std::vector<Node> core_nodes(const Selector& selector, std::string_view stream) const {
    auto into = nodes.select(selector, stream);
    std::erase_if(into, [&](Node node) { return nodes[node].role != Role::core; });
    if (into.empty()) into = nodes.select(Selector{{{Atom{AtomKind::role, false, "core", 0, {}}}}}, stream);
    return into;
  }

  void tell_balances(Publication& p) {
    const BalanceSpec& spec = oracle.next_spec();
    for (std::uint32_t i = 0; i < entries.size(); ++i) {
      if (scenario.traffic[i].name == spec.of) p.entry = i;
    }
    p.node = core_nodes(spec.into, "economy").front();
    oracle.write(p, entries[p.entry].author->wallets());
  }

  const std::vector<Node>& into(Entry& entry, const TrafficSpec& spec) {
    if (!entry.into) entry.into = core_nodes(spec.into, spec.name);
    return *entry.into;
  }
};

Traffic::Traffic(std::unique_ptr<State> state) : state_(std::move(state)) {}
Traffic::Traffic(Traffic&&) noexcept = default;
Traffic& Traffic::operator=(Traffic&&) noexcept = default;
Traffic::~Traffic() = default;

Result<Traffic> Traffic::open(const Scenario& scenario, std::uint64_t seed, const NodeTable& nodes) {
  auto state = std::make_unique<State>(
      State{scenario, nodes, {}, BalanceOracle(scenario, seed), RegistryAuthor(scenario, seed), {}});
  std::uint64_t first_account = 0;
  for (const TrafficSpec& spec : scenario.traffic) {
    const auto stream = [&](std::string_view purpose) {
      return substream(seed, kRunScope, "traffic:" + spec.name + ":" + std::string(purpose));
    };
    Entry entry{
        Arrivals(spec, scenario.phases.resolve(spec.from), scenario.phases.resolve(spec.until), stream("arrivals")),
        Generator(stream("places")),
        std::nullopt,
        nullptr,
        nullptr,
        0,
        {}};
    if (spec.file.empty()) {
      const Economy* economy = scenario.economy ? &*scenario.economy : nullptr;
      entry.author = std::make_unique<Author>(spec, seed, first_account, economy);
      first_account += spec.accounts;
    } else if (spec.envelopes) {
      entry.envelopes = spec.envelopes;
    } else {
      auto envelopes = read_envelopes(spec.file);
      if (!envelopes.ok()) return envelopes.error();
      entry.envelopes = std::make_shared<const std::vector<FileEnvelope>>(*std::move(envelopes));
    }
    state->entries.push_back(std::move(entry));
  }
  return Traffic(std::move(state));
}

std::optional<Instant> Traffic::next_time() const {
  std::uint32_t index = 0;
  if (state_->oracle_speaks(&index)) return state_->oracle.next_time();
  if (state_->registry_speaks(&index)) return state_->registry.next_time();
  const Entry* entry = state_->first(&index);
  return entry == nullptr ? std::nullopt : entry->next_time();
}

Publication Traffic::next() {
  std::uint32_t index = 0;
  Publication p;
  p.number = state_->entry_of.size();
  if (state_->oracle_speaks(&index)) {
    p.time = present(state_->oracle.next_time());
    state_->tell_balances(p);
    state_->entry_of.push_back(kOracle);
    return p;
  }
  if (state_->registry_speaks(&index)) {
    p.time = present(state_->registry.next_time());
    state_->tell_registry(p);
    state_->entry_of.push_back(kOracle);
    return p;
  }
  Entry* entry = state_->first(&index);
  LM_CHECK(entry != nullptr);
  p.time = present(entry->next_time());
  p.entry = index;
  const auto& into = state_->into(*entry, state_->scenario.traffic[index]);
  p.node = into[static_cast<std::size_t>(entry->places.below(into.size()))];
  if (entry->author) {
    entry->author->write(p);
  } else {
    const FileEnvelope& from = (*entry->envelopes)[entry->next_envelope++];
    p.type = from.type;
    p.item_hash = from.item_hash;
    p.sender = from.sender;
    p.signature = from.signature;
    p.envelope = from.text;
    p.from_file = true;
    if (from.upload) p.uploads.push_back(*from.upload);
    for (const message::ItemHash& needed : from.needs) {
      const auto found = entry->numbers.find(needed);
      if (found != entry->numbers.end()) p.needs.push_back(found->second);
    }
    entry->numbers.emplace(from.item_hash, p.number);
  }
  entry->arrivals.advance();
  state_->entry_of.push_back(index);
  return p;
}

void Traffic::lost(std::uint64_t number) {
  LM_CHECK(number < state_->entry_of.size());
  const std::uint32_t index = state_->entry_of[static_cast<std::size_t>(number)];
  if (index == kOracle) return;
  Entry& entry = state_->entries[index];
  if (entry.author) entry.author->lost(number);
}

std::uint64_t Traffic::published() const { return state_->entry_of.size(); }

std::vector<std::string> Traffic::addresses() {
  std::vector<std::string> out;
  for (Entry& entry : state_->entries) {
    if (!entry.author) continue;
    Wallets& wallets = entry.author->wallets();
    for (std::uint32_t i = 0; i < wallets.size(); ++i) out.push_back(wallets.account(i).address());
  }
  return out;
}

}  // namespace lastmile::scenario
