// Messages for the tests of this folder.
#pragma once

#include <memory>
#include <string>

#include "core/crypto/account.hpp"
#include "core/crypto/hash.hpp"
#include "core/message/envelope.hpp"

namespace lastmile::node::test {

inline crypto::Account wallet(std::uint64_t index = 1) { return crypto::Account::derive(crypto::Chain::ETH, 5, index); }

inline std::string note(const crypto::Account& account, std::uint64_t number) {
  return "{\"address\":\"" + account.address() +
         "\",\"time\":1700000000.0,\"type\":\"note\",\"content\":{\"number\":" + std::to_string(number) + "}}";
}

// A signed POST with this content, in it or elsewhere.
inline message::Envelope signed_post(const crypto::Account& account, const std::string& content,
                                     bool is_inline = true) {
  message::Envelope e;
  e.chain = account.chain();
  e.sender = account.address();
  e.type = message::Type::POST;
  e.time = {1'700'000'000'000'000'000};
  e.time_number = message::seconds_of_wall(e.time);
  e.item_type = is_inline ? message::ItemType::inlined : message::ItemType::storage;
  if (is_inline) e.item_content = content;
  e.item_hash = message::ItemHash::of(crypto::sha256(content));
  e.signature = account.sign("POST", e.item_hash.text());
  return e;
}

}  // namespace lastmile::node::test
