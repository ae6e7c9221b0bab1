// Cursors of lists (http-api.md 0): opaque to clients, spelled as the reference spells them, so that one can be taken
// to another node.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/store/filters.hpp"

namespace lastmile::http {

// {"h": hash, "t": time} of messages, posts and files of an address.
std::string hash_cursor(const store::Position& position);
// {"k": key, "o": owner, "t": time} of aggregates.
std::string aggregate_cursor(const store::Position& position);
// {"a": address} of balances and credit balances.
std::string address_cursor(std::string_view address);

// {"a": address, "v": value} of the counts of addresses.
struct StatsPosition {
  std::uint64_t value = 0;
  std::string address;
};
std::string stats_cursor(const StatsPosition& position);
std::optional<StatsPosition> parse_stats_cursor(std::string_view text);

std::optional<store::Position> parse_hash_cursor(std::string_view text);
std::optional<store::Position> parse_aggregate_cursor(std::string_view text);
std::optional<std::string> parse_address_cursor(std::string_view text);

}  // namespace lastmile::http
