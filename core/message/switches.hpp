// The points where a faithful clone of the reference and a correct node differ (messages.md 9), as named switches that
// scenarios may set. Each room reads the points that are its business; the struct only names them all in one place.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace lastmile::message {

enum class Behaviour : std::uint8_t { corrected, as_reference };

std::string_view behaviour_text(Behaviour behaviour);  // "corrected", "as_reference"
std::optional<Behaviour> parse_behaviour(std::string_view text);

struct Switches {
  Behaviour nuls_legacy_signature = Behaviour::corrected;  //  1: verify the raw bytes (2.9)
  Behaviour percent_decoding = Behaviour::corrected;       //  2: payloads are read as they are first (5P.2)
  Behaviour security_writers = Behaviour::corrected;       //  3: only the owner writes key `security` (4.6)
  Behaviour forget_aggregate_keys = Behaviour::corrected;  //  4: any text may stand in `aggregates` of a FORGET (3.4)
  Behaviour second_forget = Behaviour::corrected;  //  5: a second FORGET is appended, not refused with 501 (4.5)
  Behaviour ties = Behaviour::corrected;           //  6: equal times are decided by the hash (4.1, 4.2, 4.3)
  Behaviour file_tag_recomputation = Behaviour::corrected;  //  7: user-defined file tags survive a FORGET (4.3)
  Behaviour vm_upgrade_chains = Behaviour::corrected;       //  8: `replaces` is recorded (4.4)
  Behaviour avax_hex_senders = Behaviour::corrected;        //  9: 0x senders under AVAX sign as EVM accounts (2.4)
  Behaviour last_revision = Behaviour::corrected;           // 10: always the element of the greatest time (4.2)
  Behaviour final_refusals = Behaviour::corrected;  // 11: refusals for order of arrival are judged again (4.6, 5.4)
  Behaviour chain_reorganisations = Behaviour::corrected;  // 12: blocks taken back take confirmations along (6.3)
  Behaviour expired_credit_lots = Behaviour::corrected;    // 13: expiry of credits is noticed (7.7)
  Behaviour empty_transactions = Behaviour::corrected;     // 14: a transaction without messages leaves the queue (6.6)
  Behaviour pending_before_signature = Behaviour::corrected;  // 15: signatures are verified at intake (5.1)
  Behaviour payment_cutoff_time = Behaviour::corrected;       // 16: cut-offs read the signed content time (7.5)

  friend bool operator==(const Switches&, const Switches&) = default;
};

struct SwitchPoint {
  int point;              // number in messages.md 9
  std::string_view name;  // as in configurations and scenarios, equal to the member's name
  Behaviour Switches::* member;
  // Why this code cannot behave as the reference; such a value is refused by whoever reads one. Empty: it can.
  std::string_view no_reference = {};

  bool offers(Behaviour behaviour) const { return behaviour == Behaviour::corrected || no_reference.empty(); }
};
inline constexpr std::size_t kSwitchCount = 16;
// In the order of messages.md 9.
const std::array<SwitchPoint, kSwitchCount>& all_switches();
// Null for an unknown name.
const SwitchPoint* find_switch(std::string_view name);
// Every switch that can be as the reference has it.
Switches reference_switches();

}  // namespace lastmile::message
