// What a query asks for: filters are ANDed, the values inside one filter are ORed, an empty optional is no filter and
// an empty list matches nothing (http-api.md 0, 4, 6).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/time.hpp"
#include "core/crypto/chain.hpp"
#include "core/economy/prices.hpp"
#include "core/message/item_hash.hpp"
#include "core/message/status.hpp"
#include "core/message/type.hpp"

namespace lastmile::store {

enum class Order : std::uint8_t { descending, ascending };  // ties by hash ascending in both
enum class SortBy : std::uint8_t { time, confirmation_time };

template <class T>
using Any = std::optional<std::vector<T>>;

// Where a cursor walk goes on: behind this element (http-api.md 0).
struct Position {
  Wall time;
  std::string name;   // item hash (messages, files), original hash (posts), key (aggregates)
  std::string owner;  // aggregates only
};

struct PageRequest {
  std::uint64_t page = 1;         // 1-based; not looked at in cursor mode
  std::uint64_t per_page = 20;    // 0 = all; not in cursor mode
  bool cursor_mode = false;       // no total is counted, one more element is looked for
  std::optional<Position> after;  // cursor mode: empty = from the start
};

template <class T>
struct Page {
  std::vector<T> items;
  std::optional<std::uint64_t> total;  // page mode: exact count of the filter
  std::optional<Position> next;        // cursor mode: set when at least one more element exists
};

struct MessageFilter {
  Any<message::Type> types;
  Any<std::string> senders;  // `addresses`
  Any<std::string> owners;
  Any<std::string> refs;
  Any<std::string> content_types;
  Any<message::ItemHash> content_hashes;
  Any<std::string> content_keys;
  Any<crypto::Chain> chains;
  Any<std::string> channels;
  Any<message::ItemHash> hashes;
  Any<economy::Payment> payments;
  Any<std::string> tags;
  // Default: processed and removing. forgotten or removed: alone, and dates and order use the termination time.
  std::vector<message::Status> statuses = {message::Status::processed, message::Status::removing};
  std::optional<Wall> start;                 // time >= start
  std::optional<Wall> end;                   // time < end
  std::optional<std::uint64_t> start_block;  // first confirmation; unconfirmed stay
  std::optional<std::uint64_t> end_block;    // height < end; unconfirmed drop out
  SortBy sort_by = SortBy::time;
  Order order = Order::descending;
};

struct ReceivedFilter {
  std::optional<message::Status> status;
  std::optional<Wall> start;  // reception time
  std::optional<Wall> end;
  Order order = Order::descending;
};

struct PostFilter {
  Any<std::string> owners;        // `addresses`
  Any<message::ItemHash> hashes;  // originals
  Any<std::string> refs;          // of the original
  Any<std::string> types;         // of the original
  Any<std::string> tags;          // of the current version
  Any<std::string> channels;      // of the original
  std::optional<Wall> start;      // last update
  std::optional<Wall> end;
  SortBy sort_by = SortBy::time;  // last update
  Order order = Order::descending;
};

struct AggregateFilter {
  Any<std::string> owners;
  Any<std::string> keys;
  bool by_creation = false;  // else by last modification
  Order order = Order::descending;
};

}  // namespace lastmile::store
