#include "core/store/aggregates.hpp"

#include <algorithm>
#include <limits>
#include <map>

#include "core/message/json_tools.hpp"
#include "core/message/json_view.hpp"
#include "core/store/digest.hpp"

namespace lastmile::store {
namespace {

constexpr std::string_view kPricing = "pricing";
constexpr std::string_view kSettings = "settings";

struct Place {
  const std::string& owner;
  const std::string& key;
  std::string name;
  std::string head_key;
};

Place place_of(Context& context, Loaded& m) {
  const std::string& owner = context.owner(m);
  const std::string& key = m.entry.subject;
  Key head(Table::aggregate);
  head.raw(name20(owner)).raw(name20(key));
  return {owner, key, aggregate20(owner, key), head.text()};
}

// Which of two elements of the same time is applied last. Corrected: the greater hash. The reference keeps what came
// first.
std::string tie_of(const Context& context, const message::ItemHash& hash, std::uint64_t sequence) {
  std::string tie;
  if (as_reference(context.options.switches.ties)) {
    append_big64(tie, ~sequence);
  } else {
    append_hash(tie, hash);
  }
  return tie;
}

std::string member_key(const Place& place, std::string_view name) {
  Key key(Table::member);
  return key.raw(place.name).raw(name20(name)).take();
}

using Members = std::map<std::string, std::string, std::less<>>;

// Top-level key -> JSON text of its value; the last of repeated keys.
Members members_of(Context& context, Loaded& m) {
  const auto* aggregate = context.content(m).as<message::Aggregate>();
  message::MergedObject merged;
  if (aggregate == nullptr || !merged.apply(std::string_view(aggregate->content))) {
    Source::damaged(keys::of_hash(Table::envelope, m.hash));
  }
  return merged.members();
}

void put_member(Context& context, const Place& place, const AggregateMember& member) {
  context.tx.put(member_key(place, member.name), write_member(member));
  context.add_entry(digest::member_entry(place.owner, place.key, member));
}

std::optional<AggregateMember> member(const Context& context, const Place& place, std::string_view name) {
  return load<AggregateMember>(context.tx, member_key(place, name), read_member);
}

bool folded(const Context& context, const Place& place) {
  const auto& banned = context.options.well_known.unfolded_aggregates;
  return std::find(banned.begin(), banned.end(), place.owner) == banned.end();
}

void write_times(Context& context, const AggregateHead& head, bool there) {
  if (!context.options.query_indexes) return;
  const auto time_key = [&](char which, Wall time) {
    Key key(Table::aggregate_time);
    key.byte(which).time(time).raw(name20(head.owner)).raw(name20(head.key));
    return key.text();
  };
  for (std::string key : {time_key(0, head.created), time_key(1, head.last_time)}) {
    if (there) {
      context.tx.put(std::move(key), {});
    } else {
      context.tx.remove(std::move(key));
    }
  }
}

void replace_head(Context& context, const Place& place, const std::optional<AggregateHead>& before,
                  const std::optional<AggregateHead>& after) {
  if (before) {
    context.remove_entry(digest::aggregate_entry(*before));
    write_times(context, *before, false);
  }
  if (!after) {
    if (before) context.tx.remove(place.head_key);
    return;
  }
  context.add_entry(digest::aggregate_entry(*after));
  write_times(context, *after, true);
  context.tx.put(place.head_key, write_aggregate(*after));
}

// Who is named in a list of authorizations, each once.
std::vector<std::string> grantees(const std::optional<AggregateMember>& list) {
  std::vector<std::string> names;
  if (!list) return names;
  for (const auto& entry : message::parse_authorizations("{\"authorizations\":" + list->value + "}")) {
    names.push_back(lower_ascii(entry.address));
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

void replace_grants(Context& context, const Place& place, const std::optional<AggregateMember>& before,
                    const std::optional<AggregateMember>& after) {
  if (!context.options.query_indexes) return;
  const auto grant_key = [&](const std::string& grantee) {
    Key key(Table::grant);
    return key.raw(name20(grantee)).raw(name20(place.owner)).take();
  };
  for (const std::string& name : grantees(before)) context.tx.remove(grant_key(name));
  for (const std::string& name : grantees(after)) context.tx.put(grant_key(name), place.owner);
}

// After the live elements of a place changed at this time.
void tell_dependants(Context& context, const Place& place, Wall time) {
  if (place.key == message::kSecurityKey) context.touch(Kind::security, name20(place.owner), time);
  if (place.owner == context.options.well_known.prices && (place.key == kPricing || place.key == kSettings)) {
    rebuild_prices(context.tx, context.options, context.memory);
    context.touch(Kind::prices, {}, time);
    for (const Table table : {Table::commitment, Table::cost}) {
      for (Scan scan = context.tx.scan(Key(table).text()); scan.valid(); scan.next()) {
        const message::ItemHash hash =
            table == Table::cost ? hash_at(scan.key(), 1) : timed_hash_at(scan.key(), 21).hash;
        const Loaded* paid = context.find(hash);
        if (paid != nullptr && paid->entry.content_time >= time) context.enqueue(*paid);
      }
    }
  }
}

std::string element_key(const Place& place, const Loaded& m) {
  return keys::of_name(Table::element, place.name, m.entry.content_time, m.hash);
}

}  // namespace

void note_element(Context& context, Loaded& m) {
  const Place place = place_of(context, m);
  context.tx.put(element_key(place, m), "0");
  context.touch(Kind::aggregate, place.name);
}

void apply_element(Context& context, Loaded& m) {
  const Place place = place_of(context, m);
  context.tx.put(element_key(place, m), "1");
  if (folded(context, place)) {
    const bool security = place.key == message::kSecurityKey;
    const auto grants_before = security ? member(context, place, "authorizations") : std::nullopt;
    const Wall time = m.entry.content_time;
    const std::string tie = tie_of(context, m.hash, m.entry.sequence);
    bool overlaps = false;
    for (auto& [name, value] : members_of(context, m)) {
      const auto before = member(context, place, name);
      overlaps = overlaps || before.has_value();
      if (before) {
        if (std::tie(before->time, before->tie) > std::tie(time, tie)) continue;
        context.remove_entry(digest::member_entry(place.owner, place.key, *before));
      }
      put_member(context, place, {time, tie, m.hash, name, value});
    }
    const auto before = load<AggregateHead>(context.tx, place.head_key, read_aggregate);
    AggregateHead after = before.value_or(AggregateHead{place.owner, place.key, time, m.hash, time, m.hash});
    if (TimedHash{time, m.hash} < TimedHash{after.created, after.first}) {
      after.created = time;
      after.first = m.hash;
    }
    // The reference appends an element in the middle that shares no key, and takes it for the last revision.
    const bool misplaced = as_reference(context.options.switches.last_revision) && before && !overlaps &&
                           time > before->created && time < before->last_time;
    const bool newest = time > after.last_time || (time == after.last_time && after.last != m.hash &&
                                                   !as_reference(context.options.switches.ties) && m.hash > after.last);
    if (newest || misplaced) {
      after.last_time = time;
      after.last = m.hash;
    }
    replace_head(context, place, before, after);
    if (security) replace_grants(context, place, grants_before, member(context, place, "authorizations"));
  }
  tell_dependants(context, place, m.entry.content_time);
}

namespace {

// Finds for each of these keys the last live element that has it.
void refold(Context& context, const Place& place, Members wanted) {
  const std::string prefix = keys::under(Table::element, place.name);
  // Elements of one time are compared by their tie, which need not be the order of the keys.
  struct Candidate {
    std::string tie;
    Loaded* element;
  };
  std::vector<Candidate> group;
  Wall group_time;
  const auto settle = [&] {
    std::sort(group.begin(), group.end(), [](const Candidate& a, const Candidate& b) { return a.tie > b.tie; });
    for (const Candidate& candidate : group) {
      for (const auto& [name, value] : members_of(context, *candidate.element)) {
        const auto found = wanted.find(name);
        if (found == wanted.end()) continue;
        put_member(context, place, {group_time, candidate.tie, candidate.element->hash, name, value});
        wanted.erase(found);
      }
    }
    group.clear();
  };
  for (Scan scan = context.tx.scan_back(prefix); scan.valid() && !wanted.empty(); scan.next()) {
    if (scan.value() != "1") continue;
    const TimedHash at = timed_hash_at(scan.key(), prefix.size());
    if (!group.empty() && at.time != group_time) settle();
    group_time = at.time;
    Loaded* element = context.find(at.hash);
    if (element == nullptr) Source::damaged(scan.key());
    group.push_back({tie_of(context, at.hash, element->entry.sequence), element});
  }
  settle();
}

std::optional<AggregateHead> head_of(Context& context, const Place& place) {
  const std::string prefix = keys::under(Table::element, place.name);
  std::optional<AggregateHead> head;
  for (Scan scan = context.tx.scan(prefix); scan.valid(); scan.next()) {
    if (scan.value() != "1") continue;
    const TimedHash first = timed_hash_at(scan.key(), prefix.size());
    head = AggregateHead{place.owner, place.key, first.time, first.hash, first.time, first.hash};
    break;
  }
  if (!head) return std::nullopt;
  for (Scan scan = context.tx.scan_back(prefix); scan.valid(); scan.next()) {
    if (scan.value() != "1") continue;
    const TimedHash last = timed_hash_at(scan.key(), prefix.size());
    head->last_time = last.time;
    head->last = last.hash;
    break;
  }
  return head;
}

}  // namespace

void unapply_element(Context& context, Loaded& m) {
  const Place place = place_of(context, m);
  context.tx.put(element_key(place, m), "0");
  if (folded(context, place)) {
    const bool security = place.key == message::kSecurityKey;
    const auto grants_before = security ? member(context, place, "authorizations") : std::nullopt;
    Members lost;
    for (const auto& [name, value] : members_of(context, m)) {
      const auto held = member(context, place, name);
      if (!held) Source::damaged(member_key(place, name));
      if (held->message != m.hash) continue;
      context.remove_entry(digest::member_entry(place.owner, place.key, *held));
      context.tx.remove(member_key(place, name));
      lost.emplace(name, value);
    }
    refold(context, place, std::move(lost));
    replace_head(context, place, load<AggregateHead>(context.tx, place.head_key, read_aggregate),
                 head_of(context, place));
    if (security) replace_grants(context, place, grants_before, member(context, place, "authorizations"));
  }
  tell_dependants(context, place, m.entry.content_time);
}

const economy::PriceTable& prices_at(const Memory& memory, Wall time) {
  const economy::PriceTable* table = memory.prices.front().second.get();
  for (const auto& [from, prices] : memory.prices) {
    if (from.time > time) break;
    table = prices.get();
  }
  return *table;
}

void rebuild_prices(const Source& source, const StoreOptions& options, Memory& memory) {
  memory.prices.clear();
  memory.prices.emplace_back(TimedHash{Wall{std::numeric_limits<std::int64_t>::min()}, {}},
                             std::make_shared<economy::PriceTable>(options.prices));
  const std::string& owner = options.well_known.prices;
  std::map<TimedHash, std::string_view> elements;
  for (const std::string_view key : {kPricing, kSettings}) {
    const std::string prefix = keys::under(Table::element, aggregate20(owner, key));
    for (Scan scan = source.scan(prefix); scan.valid(); scan.next()) {
      if (scan.value() == "1") elements.emplace(timed_hash_at(scan.key(), prefix.size()), key);
    }
  }
  message::MergedObject pricing;
  message::MergedObject settings;
  for (const auto& [at, key] : elements) {
    const auto content = load_content(source, load_envelope(source, at.hash), options.switches);
    const auto* aggregate = content.as<message::Aggregate>();
    if (aggregate == nullptr) Source::damaged(keys::of_hash(Table::envelope, at.hash));
    (key == kPricing ? pricing : settings).apply(std::string_view(aggregate->content));
    auto table = std::make_shared<economy::PriceTable>(options.prices);
    // An aggregate that cannot be read changes nothing of what it is about: the defaults hold.
    if (!pricing.empty()) (void)table->replace_pricing(pricing.text()).ok();
    if (!settings.empty()) (void)table->replace_settings(settings.text()).ok();
    memory.prices.emplace_back(at, std::move(table));
  }
}

std::string merged_text(const Source& source, std::string_view aggregate_name) {
  Members members;
  for (Scan scan = source.scan(keys::under(Table::member, aggregate_name)); scan.valid(); scan.next()) {
    auto member = read_member(scan.value());
    if (!member) Source::damaged(scan.key());
    members.emplace(std::move(member->name), std::move(member->value));
  }
  std::string text = "{";
  for (const auto& [name, value] : members) {
    if (text.size() > 1) text += ',';
    message::append_json_string(text, name);
    text += ':';
    text += value;
  }
  return text + "}";
}

}  // namespace lastmile::store
