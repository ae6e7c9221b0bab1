// Signed messages for tests.
#pragma once

#include <string>
#include <string_view>

#include "core/crypto/account.hpp"
#include "core/crypto/hash.hpp"
#include "core/message/envelope.hpp"

namespace lastmile::test {

inline message::ItemHash content_hash(std::string_view content) {
  return message::ItemHash::of(crypto::sha256(content));
}

// With this content, in it or elsewhere; of a fixed time.
inline message::Envelope signed_message(const crypto::Account& account, message::Type type, const std::string& content,
                                        message::ItemType item_type = message::ItemType::inlined) {
  message::Envelope e;
  e.chain = account.chain();
  e.sender = account.address();
  e.type = type;
  e.time = {1'700'000'000'000'000'000};
  e.time_number = message::seconds_of_wall(e.time);
  e.item_type = item_type;
  if (item_type == message::ItemType::inlined) e.item_content = content;
  e.item_hash = content_hash(content);
  e.signature = account.sign(message::type_text(type), e.item_hash.text());
  return e;
}

// A content of that time, whose further members are `rest`.
inline std::string content_of(std::string_view owner, std::string_view rest) {
  return "{\"address\":\"" + std::string(owner) + "\",\"time\":1700000000.0," + std::string(rest) + "}";
}

}  // namespace lastmile::test
