// Heads of the content store (architecture.md 8, road 3). A synchronization node keeps a chain of archives and a signed
// head for each; a head names the archive and the head before it, so that whoever sees the newest can walk back to one
// he has. Heads are content like any other: fetched by the SHA-256 of their text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "core/base/time.hpp"
#include "core/crypto/account.hpp"
#include "core/message/item_hash.hpp"

namespace lastmile::sync {

inline constexpr std::size_t kHeadTextMax = 2048;

struct Head {
  crypto::Chain chain = crypto::Chain::SOL;  // of the signing key
  std::string node;                          // address of the signing key: whose chain of archives this is
  std::uint64_t sequence = 0;                // from 1, without gaps
  message::ItemHash archive;
  std::optional<message::ItemHash> previous;  // name of the head before; absent for sequence 1 only
  Wall time;                                  // of the signer's clock, for people
  std::string signature;

  friend bool operator==(const Head&, const Head&) = default;
};

// What is signed is a message-like quadruple of type "HEAD" with the SHA-256 of the body: no message type is called so,
// and thus no head can be passed off as a message, nor the other way round.
void sign_head(Head& head, const crypto::Account& signer);  // sets chain, node and signature
bool head_is_authentic(const Head& head);

// JSON with sorted keys and no spaces; the name of the head is the SHA-256 of exactly this text.
std::string serialize_head(const Head& head);
message::ItemHash head_name(const Head& head);
// Strict: exactly our spelling, so that a head has one name. Signature not checked.
Result<Head> parse_head(std::string_view text);

}  // namespace lastmile::sync
