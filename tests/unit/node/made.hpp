// Messages for the tests of this folder.
#pragma once

#include <memory>
#include <string>

#include "tests/signed.hpp"

namespace lastmile::node::test {

inline crypto::Account wallet(std::uint64_t index = 1) { return crypto::Account::derive(crypto::Chain::ETH, 5, index); }

inline std::string note(const crypto::Account& account, std::uint64_t number) {
  return lastmile::test::content_of(account.address(),
                                    "\"type\":\"note\",\"content\":{\"number\":" + std::to_string(number) + "}");
}

// A signed POST with this content, in it or elsewhere.
inline message::Envelope signed_post(const crypto::Account& account, const std::string& content,
                                     bool is_inline = true) {
  const auto item_type = is_inline ? message::ItemType::inlined : message::ItemType::storage;
  return lastmile::test::signed_message(account, message::Type::POST, content, item_type);
}

}  // namespace lastmile::node::test
