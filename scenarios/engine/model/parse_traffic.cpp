#include <algorithm>

#include "scenarios/engine/model/parse.hpp"
#include "scenarios/engine/model/words.hpp"

namespace lastmile::scenario {
namespace {

// {"ETH": "50%", ...}: shares that add up to 1, in the order of the enum.
template <class Value, class Parse>
void parse_shares(const Place& place, std::span<const std::string_view> names, const Parse& parse,
                  std::vector<std::pair<Value, Share>>& out) {
  if (place.json.members() == nullptr) {
    place.refuse("an object of shares");
    return;
  }
  out.clear();
  std::uint64_t sum = 0;
  const std::size_t before = place.reading.findings.total();
  for (const auto& member : *place.json.members()) {
    const auto value = parse(member.key);
    if (!value) {
      place.reading.findings.expected(place.pointer + pointer_token(member.key), alternatives(names),
                                      found_text(Json(member.key)), nearest(member.key, names));
      continue;
    }
    Share share;
    if (read(place.member(member), share)) out.emplace_back(*value, share);
    sum += share.parts;
  }
  // The sum of what could not all be read says nothing.
  const bool is_whole = sum + out.size() >= kWhole && sum <= kWhole + out.size();
  if (!is_whole && place.reading.findings.total() == before) place.refuse_sum("shares that add up to 100%", sum);
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
}

std::vector<std::string_view> signing_chains() {
  std::vector<std::string_view> names;
  for (const crypto::Chain chain : crypto::all_chains()) {
    if (crypto::has_verifier(chain)) names.push_back(crypto::chain_text(chain));
  }
  return names;
}

std::optional<crypto::Chain> signing_chain(std::string_view text) {
  const auto chain = crypto::parse_chain(text);
  return chain && crypto::has_verifier(*chain) ? chain : std::nullopt;
}

constexpr std::array<std::string_view, 6> kTypes{"POST", "AGGREGATE", "STORE", "PROGRAM", "INSTANCE", "FORGET"};

std::optional<message::Type> traffic_type(std::string_view text) {
  const auto found = std::find(kTypes.begin(), kTypes.end(), text);
  return found == kTypes.end() ? std::nullopt : message::parse_type(text);
}

void parse_accounts(const Place& place, TrafficSpec& traffic) {
  ObjectReader reader(place);
  reader.read_if("count", traffic.accounts, 1, kAccountsMax);
  if (const auto at = reader.get("chains")) parse_shares(*at, signing_chains(), signing_chain, traffic.chains);
  reader.done();
}

// A law that can draw nothing up to `most` is a mistake; larger draws of others are held to it.
void read_sizes(ObjectReader& reader, Law& law, std::int64_t most) {
  if (!reader.read_if("size", law, Unit::size) || law.least() <= most) return;
  reader.refuse("size", "sizes of at most " + human_size(static_cast<std::uint64_t>(most)));
}

void parse_files(const Place& place, TrafficSpec& traffic) {
  ObjectReader reader(place);
  read_sizes(reader, traffic.file_size, kFileBytesMax);
  reader.read_if("share", traffic.new_files);
  reader.done();
}

void parse_delegation(const Place& place, TrafficSpec& traffic) {
  Delegation delegation;
  ObjectReader reader(place);
  reader.read_if("elements", delegation.elements);
  reader.read_if("revocations", delegation.revocations);
  reader.read_if("messages", delegation.messages);
  reader.done();
  if (traffic.accounts < 2) place.refuse("at least 2 accounts: nobody delegates to himself");
  traffic.delegation = delegation;
}

void parse_entry(const Place& place, TrafficSpec& traffic) {
  const bool replayed = place.json.find("file") != nullptr;
  ObjectReader reader(place, replayed ? "file" : "made");
  if (const auto at = reader.require("name", "a name")) read_name(*at, traffic.name);
  traffic.into.terms = {{Atom{}}};
  reader.read_if("into", traffic.into);
  if (reader.read_required("rate", "a rate such as \"10/s\"", traffic.rate) && traffic.rate.micro_per_day == 0) {
    reader.refuse("rate", "a rate above zero");
  }
  if (const auto at = reader.get("arrival")) read_enum(*at, words::kArrivals, traffic.arrival);
  reader.read_if("burst_size", traffic.burst_size, 1, 1'000'000);
  only_if(traffic.arrival == Arrival::burst, reader, "burst_size", "no \"burst_size\": it is of arrival \"burst\"");
  reader.read_if("from", traffic.from);
  reader.read_if("until", traffic.until);
  if (replayed) {
    reader.read_if("file", traffic.file);
  } else {
    if (const auto at = reader.get("accounts")) parse_accounts(*at, traffic);
    if (const auto at = reader.get("types")) parse_shares(*at, kTypes, traffic_type, traffic.types);
    reader.read_if("amends", traffic.amends);
    reader.read_if("aggregate_keys", traffic.aggregate_keys, 1, 1000);
    read_sizes(reader, traffic.size, kContentBytesMax);
    if (const auto at = reader.get("files")) parse_files(*at, traffic);
    if (const auto at = reader.get("delegation")) parse_delegation(*at, traffic);
  }
  reader.done();
}

}  // namespace

void parse_traffic(const Place& place, std::vector<TrafficSpec>& traffic) {
  each_item(place, kTrafficMax, [&](const Place& item) {
    TrafficSpec& entry = traffic.emplace_back();
    entry.chains = {{crypto::Chain::ETH, {kWhole}}};
    entry.types = {{message::Type::POST, {kWhole}}};
    parse_entry(item, entry);
  });
}

}  // namespace lastmile::scenario
