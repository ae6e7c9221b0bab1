#include "core/economy/rules.hpp"

namespace lastmile::economy {
namespace {

Wall judged_time(const PaidMessage& message, const PaymentRules& rules) {
  return rules.cut_offs_by_envelope_time ? message.envelope_time : message.content_time;
}

bool small_store(const PaidMessage& message, const PaymentRules& rules) {
  return message.kind == PaidKind::store && message.store_bytes && *message.store_bytes <= rules.small_store_bytes;
}

// By the height of the earliest confirmation, or by the message's time while there is none.
bool old_enough(const PaidMessage& message, const PaymentRules& rules) {
  if (!rules.old_messages_free) return false;
  if (message.confirmed) return message.confirmed->height < rules.free_below_height;
  return judged_time(message, rules) < rules.free_before;
}

}  // namespace

bool payment_allowed(const PaidMessage& message, const PaymentRules& rules) {
  if (message.payment == Payment::credit) return true;
  const Wall time = judged_time(message, rules);
  switch (message.kind) {
    case PaidKind::verifiable_program:
      return false;  // its schema asks for credit
    case PaidKind::store:
      return time < rules.credit_only_from;
    case PaidKind::instance:
      return time < rules.machines_credit_only_from && time < rules.credit_only_from;
    case PaidKind::program:
      return time < rules.credit_only_from && (!message.persistent || time < rules.machines_credit_only_from);
  }
  return false;
}

bool admission_free(const PaidMessage& message, const PaymentRules& rules) {
  if (message.payment == Payment::superfluid) return true;  // the compute node watches the stream
  const bool was_free = message.kind == PaidKind::store || (message.kind == PaidKind::program && !message.persistent);
  if (was_free && old_enough(message, rules)) return true;
  return message.payment == Payment::hold && small_store(message, rules);
}

bool removable(const PaidMessage& message, const PaymentRules& rules) {
  if (message.payment == Payment::superfluid) return false;
  if (message.payment == Payment::hold) return !small_store(message, rules) && !old_enough(message, rules);
  return !(small_store(message, rules) && judged_time(message, rules) < rules.credit_only_from);
}

}  // namespace lastmile::economy
