// Dates and heights that change who must pay and how (messages.md 7.4, 7.5, 7.7). Everything is a parameter: a test
// network or a simulation sets its own.
#pragma once

#include <cstdint>
#include <optional>

#include "core/base/time.hpp"
#include "core/economy/cost.hpp"

namespace lastmile::economy {

struct PaymentRules {
  // STORE and on-demand PROGRAM are free when confirmed below this height, or, unconfirmed, made before this time.
  std::uint64_t free_below_height = 22'196'000;
  Wall free_before = {1'743'775'079'000'000'000};
  // INSTANCE and persistent PROGRAM must be paid by credit from here on (else 202).
  Wall machines_credit_only_from = {1'773'187'200'000'000'000};
  // STORE and every PROGRAM too; the exception for small files ends.
  Wall credit_only_from = {1'798'761'600'000'000'000};
  std::uint64_t small_store_bytes = 25 * kMiB;
  // The reference reads the unsigned envelope time, which a relay can change (messages.md 9.16). Corrected: content
  // time.
  bool cut_offs_by_envelope_time = false;
  // Heights exist on the network only; a simulation that wants everybody to pay clears this.
  bool old_messages_free = true;
};

// The earliest confirmation by time.
struct FirstConfirmation {
  std::uint64_t height = 0;
  Wall time;
};

struct PaidMessage {
  PaidKind kind = PaidKind::store;
  Payment payment = Payment::hold;
  bool persistent = false;                   // program
  std::optional<std::uint64_t> store_bytes;  // STORE
  Wall content_time;
  Wall envelope_time;
  std::optional<FirstConfirmation> confirmed;
};

// False = error 202, final.
bool payment_allowed(const PaidMessage& message, const PaymentRules& rules);
// Accepted whatever the balance is. Its cost lines are recorded and count for the owner's later messages all the same.
bool admission_free(const PaidMessage& message, const PaymentRules& rules);
// May become `removing` when the balance no longer covers it.
bool removable(const PaidMessage& message, const PaymentRules& rules);

}  // namespace lastmile::economy
