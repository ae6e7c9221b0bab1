// What adversaries write: signed by throw-away accounts of their own, in the form of the network.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "core/base/time.hpp"
#include "core/crypto/account.hpp"
#include "core/message/envelope.hpp"

namespace lastmile::sim {

// The accounts of one node. They own nothing.
class OwnAccounts {
 public:
  // So many of a node: enough that a queue which is fair to senders sees a crowd.
  static constexpr std::size_t kCount = 64;

  OwnAccounts(std::uint64_t seed, std::uint32_t node) : seed_(seed), node_(node) {}
  const crypto::Account& account(std::uint64_t number);  // modulo kCount; stays where it is

 private:
  std::uint64_t seed_;
  std::uint32_t node_;
  std::deque<crypto::Account> accounts_;  // derived so far, in order
};

// Inline, whatever its size. `signer` signs; the sender is `sender`, or the signer himself.
message::Envelope write_message(const crypto::Account& signer, message::Type type, std::string content, Wall time);
message::Envelope write_message(const crypto::Account& signer, const crypto::Account& sender, message::Type type,
                                std::string content, Wall time);

// A content of this owner and time, whose further members are `rest`.
std::string content_of(std::string_view owner, Wall time, std::string_view rest);
std::string note_of(std::string_view owner, Wall time, std::uint64_t number);
// Of an INSTANCE for which somebody must hold a thousand tokens, from the file of this STORE.
std::string machine_of(std::string_view owner, Wall time, std::uint64_t number, const message::ItemHash& store);

}  // namespace lastmile::sim
