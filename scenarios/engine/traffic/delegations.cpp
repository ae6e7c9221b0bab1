#include "scenarios/engine/traffic/delegations.hpp"

#include <algorithm>

#include "core/base/check.hpp"
#include "scenarios/engine/text/json.hpp"

namespace lastmile::scenario {

std::string Delegations::next_element(std::uint32_t owner, std::uint64_t number, Instant now) {
  Owner& o = owners_[owner];
  o.element = number;
  const bool full = o.rights.size() >= std::min<std::size_t>(kRightsMax, wallets_.size() - 1);
  if (full || (!o.rights.empty() && draws_.below(kWhole) < spec_.revocations.parts)) {
    const auto position = static_cast<std::ptrdiff_t>(draws_.below(o.rights.size()));
    o.rights.erase(o.rights.begin() + position);
    o.delegates.erase(o.delegates.begin() + position);
  } else {
    std::uint32_t delegate = 0;
    do {
      delegate = static_cast<std::uint32_t>(draws_.below(wallets_.size()));
    } while (delegate == owner || std::find(o.delegates.begin(), o.delegates.end(), delegate) != o.delegates.end());
    message::Authorization right;
    right.address = wallets_.account(delegate).address();
    if (draws_.below(3) == 0) right.types = {std::string(message::type_text(message::Type::POST))};
    o.rights.push_back(std::move(right));
    o.delegates.push_back(delegate);
    told_.push_back({now, {owner, delegate}});
  }
  Json list = Json::list();
  for (const message::Authorization& right : o.rights) {
    Json entry = Json::object().set("address", right.address);
    if (!right.types.empty()) entry.set("types", Json::list({Json(right.types.front())}));
    list.push(std::move(entry));
  }
  return compact(Json::object().set("authorizations", std::move(list)));
}

std::optional<Delegations::Pair> Delegations::acting(Instant now, Duration pause) {
  const auto end =
      std::partition_point(told_.begin(), told_.end(), [&](const Told& t) { return t.since <= now - pause; });
  const auto count = static_cast<std::uint64_t>(end - told_.begin());
  if (count == 0) return std::nullopt;
  return told_[static_cast<std::size_t>(draws_.below(count))].pair;
}

bool Delegations::allowed(const Pair& pair, const message::PermissionFacts& facts) {
  return message::allows(wallets_.account(pair.owner).address(), owners_.at(pair.owner).rights,
                         wallets_.account(pair.delegate).address(), facts);
}

Wall Delegations::own_time(std::uint32_t owner, Wall now) {
  constexpr Duration kStep = microseconds(1);  // contents say no more
  const Wall rounded{(now.ns + 500) / 1000 * 1000};
  Wall& last = owners_[owner].last;
  last = std::max(rounded, last + kStep);
  return last;
}

}  // namespace lastmile::scenario
