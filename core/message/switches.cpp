#include "core/message/switches.hpp"

#include "core/base/check.hpp"

namespace lastmile::message {

std::string_view behaviour_text(Behaviour behaviour) {
  return behaviour == Behaviour::corrected ? "corrected" : "as_reference";
}

std::optional<Behaviour> parse_behaviour(std::string_view text) {
  if (text == behaviour_text(Behaviour::corrected)) return Behaviour::corrected;
  if (text == behaviour_text(Behaviour::as_reference)) return Behaviour::as_reference;
  return std::nullopt;
}

const std::array<SwitchPoint, kSwitchCount>& all_switches() {
  static constexpr std::array<SwitchPoint, kSwitchCount> kSwitches{{
      {1, "nuls_legacy_signature", &Switches::nuls_legacy_signature},
      {2, "percent_decoding", &Switches::percent_decoding},
      {3, "security_writers", &Switches::security_writers},
      {4, "forget_aggregate_keys", &Switches::forget_aggregate_keys},
      {5, "second_forget", &Switches::second_forget},
      {6, "ties", &Switches::ties},
      {7, "file_tag_recomputation", &Switches::file_tag_recomputation},
      {8, "vm_upgrade_chains", &Switches::vm_upgrade_chains},
      {9, "avax_hex_senders", &Switches::avax_hex_senders},
      {10, "last_revision", &Switches::last_revision},
      {11, "final_refusals", &Switches::final_refusals},
      {12, "chain_reorganisations", &Switches::chain_reorganisations},
      {13, "expired_credit_lots", &Switches::expired_credit_lots},
      {14, "empty_transactions", &Switches::empty_transactions},
      {15, "pending_before_signature", &Switches::pending_before_signature,
       "no record of a message is kept before its signature is checked (docs/decisions/0124)"},
      {16, "payment_cutoff_time", &Switches::payment_cutoff_time},
  }};
  return kSwitches;
}

const SwitchPoint* find_switch(std::string_view name) {
  for (const SwitchPoint& point : all_switches()) {
    if (point.name == name) return &point;
  }
  return nullptr;
}

Switches reference_switches() {
  Switches switches;
  for (const SwitchPoint& point : all_switches()) {
    if (point.offers(Behaviour::as_reference)) switches.*point.member = Behaviour::as_reference;
  }
  return switches;
}

}  // namespace lastmile::message
