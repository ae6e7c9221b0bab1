// Of messages that wait for their contents: how many copies with an ever earlier time gossip has brought of each. The
// earliest counts, and nobody signs it, so that without a bound one message would be news as often as somebody likes
// (docs/decisions/0123).
#pragma once

#include <cstddef>
#include <deque>
#include <map>

#include "core/message/item_hash.hpp"

namespace lastmile::node {

class EarlierCopies {
 public:
  // Limits::earlier_copies, and of how many messages that is remembered.
  EarlierCopies(std::size_t per_message, std::size_t messages) : per_message_(per_message), messages_(messages) {}

  // Counts one. False: there were as many as are taken.
  bool take(const message::ItemHash& hash) {
    if (per_message_ == 0 || messages_ == 0) return false;
    const auto [count, is_new] = taken_.try_emplace(hash, 0);
    if (count->second >= per_message_) return false;
    ++count->second;
    if (!is_new) return true;
    order_.push_back(hash);
    if (order_.size() > messages_) {
      taken_.erase(order_.front());
      order_.pop_front();
    }
    return true;
  }
  std::size_t size() const { return taken_.size(); }

 private:
  std::size_t per_message_;
  std::size_t messages_;
  std::map<message::ItemHash, std::size_t> taken_;
  std::deque<message::ItemHash> order_;  // oldest first
};

}  // namespace lastmile::node
