#include "core/message/permission.hpp"

#include <algorithm>

#include "core/message/content.hpp"
#include "core/message/json_view.hpp"
#include "core/message/limits.hpp"

namespace lastmile::message {
namespace {

// A filter: absent and null restrict nothing. False for anything that is not a short list of texts.
bool read_filter(JsonView entry, std::string_view key, std::vector<std::string>& out) {
  const auto filter = entry.find(key);
  if (!filter || filter->is_null()) return true;
  return filter->is_array() && filter->each([&](JsonView name) {
    if (!name.is_string() || out.size() == kAuthorizationNamesMax) return false;
    out.push_back(name.string());
    return true;
  });
}

std::optional<Authorization> read_entry(JsonView entry) {
  if (!entry.is_object()) return std::nullopt;
  Authorization result;
  const auto address = entry.find("address");
  if (!address || !address->is_string()) return std::nullopt;
  result.address = address->string();
  const auto chain = entry.find("chain");
  if (chain && !chain->is_null()) {
    if (!chain->is_string()) return std::nullopt;
    result.chain = chain->string();
  }
  if (!read_filter(entry, "channels", result.channels) || !read_filter(entry, "types", result.types) ||
      !read_filter(entry, "post_types", result.post_types) ||
      !read_filter(entry, "aggregate_keys", result.aggregate_keys)) {
    return std::nullopt;
  }
  return result;
}

bool passes(const std::vector<std::string>& filter, std::string_view name) {
  return filter.empty() || std::find(filter.begin(), filter.end(), name) != filter.end();
}

}  // namespace

std::vector<Authorization> parse_authorizations(std::string_view aggregate_json) {
  std::vector<Authorization> entries;
  const auto aggregate = JsonView::parse(aggregate_json);
  if (!aggregate || !aggregate->is_object()) return entries;
  const auto list = aggregate->find("authorizations");
  if (!list || !list->is_array()) return entries;
  std::size_t read = 0;
  list->each([&](JsonView entry) {
    if (read++ == kAuthorizationsMax) return false;
    if (auto authorization = read_entry(entry)) entries.push_back(std::move(*authorization));
    return true;
  });
  return entries;
}

bool allows(const Authorization& entry, std::string_view sender, const PermissionFacts& facts) {
  if (!same_address(entry.address, sender)) return false;
  if (!entry.chain.empty() && entry.chain != crypto::chain_text(facts.chain)) return false;
  if (!entry.channels.empty() && (!facts.channel || !passes(entry.channels, *facts.channel))) return false;
  if (!passes(entry.types, type_text(facts.type))) return false;
  if (facts.type == Type::POST && !passes(entry.post_types, facts.post_type)) return false;
  return facts.type != Type::AGGREGATE || passes(entry.aggregate_keys, facts.aggregate_key);
}

bool allows(std::string_view owner, const std::vector<Authorization>& entries, std::string_view sender,
            const PermissionFacts& facts) {
  if (same_address(owner, sender)) return true;
  return std::any_of(entries.begin(), entries.end(),
                     [&](const Authorization& entry) { return allows(entry, sender, facts); });
}

}  // namespace lastmile::message
