// What must become of the messages of a run by the rules of the network: most are owed to everybody, some must be
// refused, because their sender may not act for the owner, because the owner cannot pay, or because what they build on
// is refused. Judged from the messages themselves, without asking any node.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/economy/account.hpp"
#include "scenarios/engine/model/scenario.hpp"
#include "scenarios/engine/traffic/traffic.hpp"

namespace lastmile::scenario {

enum class Expected : std::uint8_t {
  applied,
  refused,
  hanging,  // what it builds on is refused: not applied, whether it is still tried again or was given up
  open,     // it depends on a message of which nobody knows whether the network has it
};

class Expectations {
 public:
  using MessageId = std::uint32_t;  // as in the ledger
  struct Change {
    MessageId id;
    Expected expected;
  };
  using Changes = std::vector<Change>;  // those that differ from what was said before; at first everything is `applied`

  explicit Expectations(const Scenario& scenario);

  // `needs`: the messages of Publication::needs.
  Changes publication(MessageId id, const Publication& publication, const std::vector<MessageId>& needs);
  // It was not taken, its node died before it answered, or it went with every disk that held it.
  Changes lost(MessageId id);
  // Graces end by the clock.
  Changes tick(Wall now);

 private:
  struct Bill {
    MessageId id;
    economy::Commitment costs;
    std::vector<MessageId> needs;  // it is refused, and costs nothing, while one of them is
  };
  struct Account {
    std::vector<Bill> bills;
    std::vector<economy::BalanceStep> steps;
    std::optional<Wall> next_change;
    bool open = false;  // a bill, a payment or a FORGET of it is lost
  };
  Expected said(MessageId id) const { return id < said_.size() ? said_[id] : Expected::applied; }
  void say(MessageId id, Expected expected);
  void settle(const std::string& owner);
  void follow();  // judges anew what depends on what was just said

  economy::AccountRules rules_;
  Wall now_{};
  std::map<std::string, Account, std::less<>> accounts_;       // by owner
  std::map<MessageId, std::vector<std::string>> accounts_of_;  // whom a message gives or costs something
  std::map<MessageId, std::vector<MessageId>> builders_;       // on this message
  std::vector<Expected> said_;
  Changes changes_;
  std::vector<MessageId> news_;
};

}  // namespace lastmile::scenario
