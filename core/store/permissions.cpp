#include "core/store/permissions.hpp"

#include <limits>

#include "core/message/json_view.hpp"

namespace lastmile::store {
namespace {

constexpr Wall kEndOfTime{std::numeric_limits<std::int64_t>::max()};
using List = std::shared_ptr<const std::vector<message::Authorization>>;

// Null when the element says nothing about authorizations.
List authorizations_of(Context& context, const message::ItemHash& element) {
  auto& cache = context.memory.authorizations;
  const auto known = cache.find(element);
  if (known != cache.end()) return known->second;
  Loaded* m = context.find(element);
  if (m == nullptr) Source::damaged(keys::of_hash(Table::entry, element));
  const auto* aggregate = context.content(*m).as<message::Aggregate>();
  List list;
  if (aggregate != nullptr) {
    const auto view = message::JsonView::parse(aggregate->content);
    if (view && view->is_object() && view->find("authorizations")) {
      list = std::make_shared<const std::vector<message::Authorization>>(
          message::parse_authorizations(aggregate->content));
    }
  }
  if (cache.size() >= Memory::kAuthorizationsCached) cache.clear();
  cache.emplace(element, list);
  return list;
}

// What holds for the owner at this time: the last element that has the key `authorizations`.
List authorizations_at(Context& context, std::string_view owner, Wall at) {
  const std::string prefix = keys::under(Table::element, aggregate20(owner, message::kSecurityKey));
  std::string before = prefix;
  if (at == kEndOfTime) {
    before = prefix_end(prefix);
  } else {
    append_time(before, at + nanoseconds(1));
  }
  for (Scan scan = context.tx.scan_back(prefix, before); scan.valid(); scan.next()) {
    if (scan.value() != "1") continue;  // known but not live
    if (List list = authorizations_of(context, timed_hash_at(scan.key(), prefix.size()).hash)) return list;
  }
  return nullptr;
}

bool allowed_at(Context& context, std::string_view owner, std::string_view sender,
                const message::PermissionFacts& facts, Wall at) {
  const List list = authorizations_at(context, owner, at);
  return list != nullptr && message::allows(owner, *list, sender, facts);
}

}  // namespace

message::PermissionFacts permission_facts(Context& context, Loaded& m) {
  const message::Envelope& envelope = context.envelope(m);
  message::PermissionFacts facts;
  facts.chain = envelope.chain;
  if (envelope.channel) facts.channel = *envelope.channel;
  facts.type = envelope.type;
  if (facts.type == message::Type::POST) facts.post_type = m.entry.subject;
  if (facts.type == message::Type::AGGREGATE) facts.aggregate_key = m.entry.subject;
  return facts;
}

bool may_act(Context& context, std::string_view owner, std::string_view sender, const message::PermissionFacts& facts,
             Wall at) {
  if (message::same_address(owner, sender)) return true;
  const bool reference = as_reference(context.options.switches.final_refusals);
  return allowed_at(context, owner, sender, facts, reference ? kEndOfTime : at);
}

bool only_owner_writes(const Context& context, const Entry& entry) {
  return entry.type == message::Type::AGGREGATE && entry.subject == message::kSecurityKey &&
         !as_reference(context.options.switches.security_writers);
}

bool permission_disagrees(Context& context, std::string_view owner, std::string_view sender,
                          const message::PermissionFacts& facts, Wall at) {
  if (message::same_address(owner, sender)) return false;
  return allowed_at(context, owner, sender, facts, at) != allowed_at(context, owner, sender, facts, kEndOfTime);
}

}  // namespace lastmile::store
