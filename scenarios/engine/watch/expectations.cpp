#include "scenarios/engine/watch/expectations.hpp"

#include <algorithm>
#include <unordered_map>
#include <utility>

namespace lastmile::scenario {

Expectations::Expectations(const Scenario& scenario) {
  if (scenario.economy) rules_ = economy_rules(*scenario.economy).account;
}

void Expectations::say(MessageId id, Expected expected) {
  if (said(id) == expected) return;
  if (said_.size() <= id) said_.resize(std::size_t{id} + 1, Expected::applied);
  said_[id] = expected;
  changes_.push_back({id, expected});
  news_.push_back(id);
}

Expectations::Changes Expectations::publication(MessageId id, const Publication& p,
                                                const std::vector<MessageId>& needs) {
  now_ = std::max(now_, wall_at(p.time));
  if (p.unauthorised) {
    say(id, Expected::refused);
    follow();
    return std::exchange(changes_, {});
  }
  for (const auto& [address, amount] : p.balances) {
    accounts_[address].steps.push_back({p.content_time, p.item_hash, amount});
    accounts_of_[id].push_back(address);
    settle(address);
  }
  if (p.costs) {
    // A machine cannot be without its files; a STORE needs only that somebody brought its file.
    const bool builds = p.type == message::Type::PROGRAM || p.type == message::Type::INSTANCE;
    if (builds) {
      for (const MessageId needed : needs) builders_[needed].push_back(id);
    }
    accounts_[p.owner].bills.push_back({id, *p.costs, builds ? needs : std::vector<MessageId>{}});
    accounts_of_[id].push_back(p.owner);
    settle(p.owner);
  } else if (p.type == message::Type::FORGET) {
    // What is forgotten costs nothing, as if it had never been.
    for (const MessageId target : needs) {
      const auto owners = accounts_of_.find(target);
      if (owners == accounts_of_.end()) continue;
      accounts_of_[id] = owners->second;
      for (const std::string& owner : owners->second) {
        std::erase_if(accounts_[owner].bills, [&](const Bill& bill) { return bill.id == target; });
        settle(owner);
      }
      say(target, Expected::applied);
    }
  }
  follow();
  return std::exchange(changes_, {});
}

Expectations::Changes Expectations::lost(MessageId id) {
  if (const auto owners = accounts_of_.find(id); owners != accounts_of_.end()) {
    for (const std::string& owner : owners->second) {
      accounts_[owner].open = true;
      settle(owner);
    }
  }
  follow();
  return std::exchange(changes_, {});
}

Expectations::Changes Expectations::tick(Wall now) {
  now_ = std::max(now_, now);
  for (const auto& [owner, account] : accounts_) {
    if (account.next_change && *account.next_change <= now_) settle(owner);
  }
  follow();
  return std::exchange(changes_, {});
}

void Expectations::settle(const std::string& owner) {
  Account& account = accounts_[owner];
  economy::AccountEvents events;
  events.tokens = account.steps;
  std::unordered_map<message::ItemHash, MessageId> judged;
  for (const Bill& bill : account.bills) {
    const bool hangs = std::any_of(bill.needs.begin(), bill.needs.end(), [&](MessageId needed) {
      return said(needed) == Expected::refused || said(needed) == Expected::hanging;
    });
    if (account.open) {
      say(bill.id, Expected::open);
    } else if (hangs) {
      say(bill.id, Expected::hanging);
    } else {
      events.commitments.push_back(bill.costs);
      judged.emplace(bill.costs.hash, bill.id);
    }
  }
  const auto verdicts = economy::judge_account(std::move(events), rules_, now_);
  account.next_change = verdicts.next_change;
  for (const economy::Verdict& verdict : verdicts.verdicts) {
    const bool refused = verdict.standing == economy::Standing::refused;
    say(judged.at(verdict.hash), refused ? Expected::refused : Expected::applied);
  }
}

// A message stands behind what it builds on, so this comes to an end.
void Expectations::follow() {
  while (!news_.empty()) {
    const std::vector<MessageId> news = std::exchange(news_, {});
    for (const MessageId id : news) {
      const auto builders = builders_.find(id);
      if (builders == builders_.end()) continue;
      for (const MessageId builder : builders->second) {
        for (const std::string& owner : accounts_of_.at(builder)) settle(owner);
      }
    }
  }
}

}  // namespace lastmile::scenario
