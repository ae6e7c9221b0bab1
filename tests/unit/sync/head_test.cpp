#include "core/sync/head.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "core/base/present.hpp"
#include "core/crypto/hash.hpp"
#include "core/sync/head_check.hpp"

namespace lastmile::sync {
namespace {

crypto::Account signer(std::uint64_t index = 0) { return crypto::Account::derive(crypto::Chain::SOL, 1, index); }

std::vector<Head> chain_of(std::size_t length, const crypto::Account& account) {
  std::vector<Head> heads;
  for (std::size_t i = 1; i <= length; ++i) {
    Head head;
    head.sequence = i;
    head.archive = message::ItemHash::of(crypto::sha256(as_bytes("archive " + std::to_string(i))));
    if (!heads.empty()) head.previous = head_name(heads.back());
    head.time = {static_cast<std::int64_t>(i)};
    sign_head(head, account);
    heads.push_back(head);
  }
  return heads;
}

TEST(Head, ReadsBackWhatItWroteAndIsAuthentic) {
  const Head head = chain_of(2, signer())[1];
  EXPECT_TRUE(head_is_authentic(head));
  const auto again = parse_head(serialize_head(head));
  ASSERT_TRUE(again.ok()) << again.error().text;
  EXPECT_EQ(*again, head);
}

TEST(Head, AChangeOfAnyFieldBreaksTheSignature) {
  const Head good = chain_of(2, signer())[1];
  Head bad = good;
  bad.sequence = 3;
  EXPECT_FALSE(head_is_authentic(bad));
  bad = good;
  bad.archive = message::ItemHash();
  EXPECT_FALSE(head_is_authentic(bad));
  bad = good;
  bad.node = signer(1).address();
  EXPECT_FALSE(head_is_authentic(bad));
}

// Whoever signs may be called anything.
TEST(Head, IsWrittenAsJsonWhateverItsTextsAre) {
  Head head = chain_of(2, signer())[1];
  for (const std::string& text : {std::string("plain"), std::string("\"quoted\" \\ and\tmore"), std::string("h\u00e9"),
                                  std::string("\0\x7f", 2), std::string()}) {
    head.node = text;
    head.signature = text + text;
    const nlohmann::json json{{"archive", head.archive.text()},
                              {"chain", "SOL"},
                              {"node", text},
                              {"previous", present(head.previous).text()},
                              {"sequence", 2},
                              {"signature", text + text},
                              {"time_ns", 2}};
    EXPECT_EQ(serialize_head(head), json.dump());
  }
}

TEST(Head, HasOneSpellingOnly) {
  const std::string text = serialize_head(chain_of(1, signer())[0]);
  EXPECT_FALSE(parse_head(" " + text).ok());
  EXPECT_FALSE(parse_head(text.substr(0, text.size() - 1) + ",\"x\":1}").ok());
  EXPECT_FALSE(parse_head("").ok());
  EXPECT_FALSE(parse_head("[]").ok());
  EXPECT_FALSE(parse_head(std::string(kHeadTextMax + 1, ' ')).ok());
}

// The job says what the check says, costs as much as that of a message, and two heads never share one.
TEST(Head, IsCheckedByAJob) {
  const auto heads = chain_of(2, signer());
  Head forged = heads[1];
  forged.archive = heads[0].archive;
  env::Job good = head_check_job(heads[1]);
  env::Job bad = head_check_job(forged);
  EXPECT_NE(good.key, bad.key);
  EXPECT_GE(good.cost, microseconds(51));
  EXPECT_TRUE(head_checked(good.run()));
  EXPECT_FALSE(head_checked(bad.run()));
}

}  // namespace
}  // namespace lastmile::sync
