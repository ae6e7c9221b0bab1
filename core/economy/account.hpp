// Who can pay: the paid messages of one owner judged along a timeline of content times. A pure function of the set of
// events and the clock, so that the order of arrival cannot matter (docs/decisions/0130).
//
// The timeline, in order of (time, hash text):
//  * A paid message is accepted at its time when balance >= costs of everything committed + its own, else refused (5,
//  or 6 for
//    credit, where costs count for one day). Committed = accepted or removing.
//  * A change of the balance: the committed are walked in order with remaining = balance; who costs more than remains
//  is
//    `removing` since then (messages.md 7.7), who can be paid again is accepted again; each takes its cost from what
//    remains. Afterwards, and when a commitment ends, refused messages are tried again, older first.
//  * `removing` for the length of the grace time, by the clock, makes `removed`: the cost is free again.
//
// Streams are not judged here: they are always accepted. Leave out messages that are forgotten, unless every node is
// sure to know their cost: with them left out, a node that only has a tombstone comes to the same result.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/amount.hpp"
#include "core/base/time.hpp"
#include "core/economy/prices.hpp"
#include "core/message/item_hash.hpp"

namespace lastmile::economy {

// The balance of one kind (tokens, or credits with 18 decimals) from a point of the timeline on. Before the first: 0.
struct BalanceStep {
  Wall time;
  std::optional<message::ItemHash> cause;  // the message behind it; empty: the clock (credits expire), not before now
  Amount balance;
};

struct Commitment {
  message::ItemHash hash;
  Wall time;                        // content.time
  Payment payment = Payment::hold;  // hold or credit
  Amount cost;                      // tokens to hold, or credits per second
  bool admission_free = false;      // rules.hpp
  bool removable = true;            // rules.hpp
  // Ended by a FORGET with this content time and hash.
  struct End {
    Wall time;
    message::ItemHash by;
  };
  std::optional<End> ended;
};

struct AccountRules {
  Duration grace = hours(25);             // from removing to removed
  std::uint32_t credit_seconds = 86'400;  // credits must cover this long; the unit of required_credits
};

// In any order; the function sorts. Hashes of commitments are unique.
struct AccountEvents {
  std::vector<BalanceStep> tokens;
  std::vector<BalanceStep> credits;
  std::vector<Commitment> commitments;
};

enum class Standing : std::uint8_t { accepted, refused, removing, removed, ended };

struct Verdict {
  message::ItemHash hash;
  Standing standing = Standing::refused;
  int error = 0;     // 5 or 6 when refused
  Wall since;        // of this standing, on the timeline
  Amount required;   // refused: what the last try asked for (tokens; credits for one day of everything)
  Amount available;  // refused: the balance then
};

struct AccountSide {
  Amount balance;    // at the end of the timeline
  Amount committed;  // tokens, or credits per second, of accepted and removing messages
};

struct AccountVerdicts {
  std::vector<Verdict> verdicts;  // ordered by (content time, hash text)
  AccountSide tokens;
  AccountSide credits;
  std::optional<Wall> next_change;  // the earliest time after now at which the clock alone may change a verdict
};

AccountVerdicts judge_account(AccountEvents events, const AccountRules& rules, Wall now);

// The same judgement for one more message that comes after every event of the timeline that gave `side`: the verdicts
// of all others stay. On acceptance the caller adds its cost to side.committed. Saves judging long accounts again.
Verdict judge_newest(const AccountSide& side, const Commitment& newest, const AccountRules& rules);

// The "errors" entry of a refusal: {"required_balance","account_balance"} or {"required_credits","account_credits",
// "min_runtime_days"}, as JSON text with decimal texts inside (messages.md 5.5).
std::string refusal_details(const Verdict& verdict, const AccountRules& rules);

}  // namespace lastmile::economy
