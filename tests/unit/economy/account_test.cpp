#include "core/economy/account.hpp"

#include <gtest/gtest.h>

#include "tests/unit/economy/names.hpp"

namespace lastmile::economy {
namespace {

constexpr std::int64_t kHour = 3600;

// One account told as a story: money moves, messages come, and the verdict is asked for at some time.
class Story {
 public:
  Story& balance(std::int64_t time, const std::string& amount) {
    events_.tokens.push_back({at(time), hash_of(900 + static_cast<unsigned>(events_.tokens.size())), tokens(amount)});
    return *this;
  }
  Story& credits(std::int64_t time, const std::string& amount) {
    events_.credits.push_back({at(time), hash_of(800 + static_cast<unsigned>(events_.credits.size())), tokens(amount)});
    return *this;
  }
  Story& credits_expire(std::int64_t time, const std::string& left) {
    events_.credits.push_back({at(time), std::nullopt, tokens(left)});
    return *this;
  }
  Story& message(unsigned number, std::int64_t time, const std::string& cost, Payment payment = Payment::hold) {
    events_.commitments.push_back({.hash = hash_of(number),
                                   .time = at(time),
                                   .payment = payment,
                                   .cost = tokens(cost),
                                   .admission_free = false,
                                   .removable = true,
                                   .ended = {}});
    return *this;
  }
  Story& free() {
    events_.commitments.back().admission_free = true;
    return *this;
  }
  Story& kept() {
    events_.commitments.back().removable = false;
    return *this;
  }
  Story& ended(std::int64_t time) {
    events_.commitments.back().ended = Commitment::End{at(time), hash_of(700)};
    return *this;
  }
  AccountVerdicts judge(std::int64_t now) const { return judge_account(events_, AccountRules(), at(now)); }
  Verdict verdict(unsigned number, std::int64_t now) const {
    for (const Verdict& verdict : judge(now).verdicts) {
      if (verdict.hash == hash_of(number)) return verdict;
    }
    ADD_FAILURE() << "no verdict for " << number;
    return {};
  }
  Standing standing(unsigned number, std::int64_t now) const { return verdict(number, now).standing; }

 private:
  AccountEvents events_;
};

TEST(Account, WhoHoldsEnoughIsAcceptedAndWhoDoesNotIsRefusedWithTheFigures) {
  Story story;
  story.balance(10, "100").message(1, 20, "60").message(2, 30, "50");
  EXPECT_EQ(story.standing(1, 40), Standing::accepted);
  const Verdict refused = story.verdict(2, 40);
  EXPECT_EQ(refused.standing, Standing::refused);
  EXPECT_EQ(refused.error, 5);
  EXPECT_EQ(refusal_details(refused, {}),
            R"({"required_balance":"110.000000000000000000","account_balance":"100.000000000000000000"})");
}

TEST(Account, AMessageFromBeforeTheMoneyIsAcceptedWhenTheMoneyComes) {
  Story story;
  story.message(1, 5, "60").balance(10, "100");
  const Verdict verdict = story.verdict(1, 40);
  EXPECT_EQ(verdict.standing, Standing::accepted);
  EXPECT_EQ(verdict.since, at(10));
}

TEST(Account, RefusedMessagesAreTriedAgainOlderFirst) {
  Story story;
  story.balance(10, "10").message(1, 20, "60").message(2, 30, "60").message(3, 40, "5").balance(50, "70");
  EXPECT_EQ(story.standing(3, 60), Standing::accepted);  // could be paid at its own time
  EXPECT_EQ(story.standing(1, 60), Standing::accepted);  // 5 + 60 <= 70
  EXPECT_EQ(story.standing(2, 60), Standing::refused);
}

TEST(Account, TheEndOfACommitmentMakesRoom) {
  Story story;
  story.balance(10, "100").message(1, 20, "60").ended(50).message(2, 30, "60");
  EXPECT_EQ(story.standing(1, 60), Standing::ended);
  const Verdict second = story.verdict(2, 60);
  EXPECT_EQ(second.standing, Standing::accepted);
  EXPECT_EQ(second.since, at(50));
}

TEST(Account, LosingTheBalanceRemovesTheNewestFirstAfterTheGrace) {
  Story story;
  story.balance(10, "100").message(1, 20, "60").message(2, 30, "40").balance(kHour, "60");
  EXPECT_EQ(story.standing(1, kHour + 1), Standing::accepted);
  EXPECT_EQ(story.standing(2, kHour + 1), Standing::removing);
  EXPECT_EQ(story.judge(kHour + 1).next_change, at(26 * kHour));
  EXPECT_EQ(story.standing(2, 26 * kHour - 1), Standing::removing);
  const Verdict gone = story.verdict(2, 26 * kHour);
  EXPECT_EQ(gone.standing, Standing::removed);
  EXPECT_EQ(gone.since, at(26 * kHour));
  EXPECT_FALSE(story.judge(26 * kHour).next_change.has_value());
}

TEST(Account, MoneyWithinTheGraceBringsTheMessageBack) {
  Story story;
  story.balance(10, "100").message(1, 20, "60").balance(kHour, "0").balance(10 * kHour, "60");
  EXPECT_EQ(story.standing(1, 9 * kHour), Standing::accepted) << "the top-up is known, though its time has not come";
  EXPECT_EQ(story.standing(1, 100 * kHour), Standing::accepted);
  Story late;
  late.balance(10, "100").message(1, 20, "60").balance(kHour, "0").balance(30 * kHour, "60");
  EXPECT_EQ(late.standing(1, 100 * kHour), Standing::removed);
}

TEST(Account, WhoCannotBePaidTakesWhatRemainsFromThoseBehindIt) {
  Story story;
  story.balance(10, "100").message(1, 20, "60").message(2, 30, "40").balance(kHour, "50");
  EXPECT_EQ(story.standing(1, 2 * kHour), Standing::removing);
  EXPECT_EQ(story.standing(2, 2 * kHour), Standing::removing);
}

TEST(Account, ARemovedMessageNoLongerCounts) {
  Story story;
  story.balance(10, "100").message(1, 20, "60").balance(kHour, "50").message(2, 2 * kHour, "50");
  EXPECT_EQ(story.standing(2, 3 * kHour), Standing::refused);  // 60 is still committed
  EXPECT_EQ(story.standing(2, 26 * kHour), Standing::accepted);
}

TEST(Account, FreeMessagesAreAcceptedAndCountForOthers) {
  Story story;
  story.balance(10, "10").message(1, 20, "60").free().kept().message(2, 30, "1");
  EXPECT_EQ(story.standing(1, 40), Standing::accepted);
  EXPECT_EQ(story.standing(2, 40), Standing::refused);
  EXPECT_EQ(story.judge(40).tokens.committed, tokens("60"));
}

TEST(Account, CreditsMustCoverOneDayOfEverything) {
  Story story;
  story.credits(10, "86400").message(1, 20, "0.6", Payment::credit).message(2, 30, "0.6", Payment::credit);
  EXPECT_EQ(story.standing(1, 40), Standing::accepted);
  const Verdict refused = story.verdict(2, 40);
  EXPECT_EQ(refused.error, 6);
  EXPECT_EQ(refusal_details(refused, {}),
            R"({"required_credits":"103680","account_credits":"86400","min_runtime_days":1})");
  EXPECT_EQ(story.judge(40).credits.committed, tokens("0.6"));
}

TEST(Account, ExpiringCreditsAreNoticedByTheClock) {
  Story story;
  story.credits(10, "86400").message(1, 20, "1", Payment::credit).credits_expire(kHour, "0");
  EXPECT_EQ(story.standing(1, kHour - 1), Standing::accepted);
  EXPECT_EQ(story.judge(kHour - 1).next_change, at(kHour));
  EXPECT_EQ(story.standing(1, kHour), Standing::removing);
  EXPECT_EQ(story.standing(1, 26 * kHour), Standing::removed);
}

TEST(Account, TokensAndCreditsDoNotMix) {
  Story story;
  story.balance(10, "1000").message(1, 20, "1", Payment::credit).message(2, 20, "1");
  EXPECT_EQ(story.standing(1, 40), Standing::refused);
  EXPECT_EQ(story.standing(2, 40), Standing::accepted);
}

TEST(Account, TheEndOfTimeDoesNotOverflow) {
  Story story;
  story.balance(1, "5").message(1, 9'223'372'036, "5").balance(9'223'372'036, "0");
  // At the same time the smaller hash comes first: it was accepted, then the money went.
  EXPECT_EQ(story.standing(1, 9'223'372'036), Standing::removing);
}

}  // namespace
}  // namespace lastmile::economy
