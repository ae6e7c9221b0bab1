// Sets for reconciliation tests, and a complete session between two of them with its cost.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "core/base/present.hpp"
#include "core/base/random.hpp"
#include "core/base/time.hpp"
#include "core/crypto/hash.hpp"
#include "core/sync/memory_held_set.hpp"
#include "core/sync/reconcile.hpp"

namespace lastmile::sync::test {

inline Instant at(std::int64_t minute) { return Instant{} + minutes(minute); }
inline message::ItemHash named(const std::string& text) { return message::ItemHash::of(crypto::sha256(text)); }

inline message::ItemHash random_hash(Generator& random) {
  Hash256 digest;
  for (std::size_t i = 0; i < 32; i += 8) {
    const std::uint64_t word = random.next();
    for (std::size_t b = 0; b < 8; ++b) digest.bytes[i + b] = static_cast<std::uint8_t>(word >> (8 * b));
  }
  return message::ItemHash::of(digest);
}

// One in eight a CID of either version, with every legal length.
inline message::ItemHash random_hash_of_any_kind(Generator& random) {
  static constexpr std::string_view kBase58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
  static constexpr std::string_view kBase32 = "abcdefghijklmnopqrstuvwxyz234567";
  if (random.below(8) != 0) return random_hash(random);
  const bool v0 = random.chance(0.5);
  std::string text = v0 ? "Qm" : "bafy";
  const std::size_t length = v0 ? 44 + random.below(3) : 59;
  const std::string_view alphabet = v0 ? kBase58 : kBase32;
  while (text.size() < length) text.push_back(alphabet[random.below(alphabet.size())]);
  return present(message::ItemHash::parse(text));
}

struct SessionCost {
  std::size_t round_trips = 0;
  std::size_t bytes = 0;
  bool complete = false;
  std::set<message::ItemHash> lacking;
  std::set<message::ItemHash> other_lacks;
};

// Every message goes through its bytes.
inline SessionCost run_session(const HeldSet& asker, const HeldSet& answerer, std::uint64_t salt,
                               InitiatorOptions options = {}) {
  Initiator session(salt, options);
  SessionCost cost;
  while (true) {
    const auto next = session.next(asker);
    if (!next) break;
    const auto& request = *next;
    if (!request) break;
    const Bytes asked = encode_reconcile(*request);
    const auto received = decode_reconcile(asked);
    LM_CHECK(received.ok());
    LM_CHECK(std::get<Request>(*received) == *request);
    const auto found = answer(answerer, std::get<Request>(*received));
    LM_CHECK(found.ok());
    const Bytes answered = encode_reconcile(*found);
    const auto back = decode_reconcile(answered);
    LM_CHECK(back.ok());
    LM_CHECK(std::get<Answer>(*back) == *found);
    cost.bytes += asked.size() + answered.size();
    const auto taken = session.on_answer(asker, std::get<Answer>(*back));
    LM_CHECK(taken.ok() && *taken == Initiator::Taken::good);
  }
  cost.round_trips = session.round_trips();
  cost.complete = session.complete();
  cost.lacking = session.lacking();
  cost.other_lacks = session.other_lacks();
  return cost;
}

}  // namespace lastmile::sync::test
