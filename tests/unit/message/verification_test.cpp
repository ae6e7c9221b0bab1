// The verification job: key, cost, verdict.
#include "core/message/verification.hpp"

#include <gtest/gtest.h>

#include <set>

#include "core/crypto/account.hpp"
#include "tests/unit/message/samples.hpp"

namespace lastmile::message {
namespace {

Envelope signed_post(crypto::Chain chain = crypto::Chain::ETH) {
  const auto account = crypto::Account::derive(chain, 7, 0);
  auto envelope = *parse_envelope(test::inline_post(test::content_text(R"(,"type":"note")")));
  envelope.chain = chain;
  envelope.sender = account.address();
  envelope.signature = account.sign(envelope.signed_fields());
  return envelope;
}

TEST(Verification, TheJobGivesTheVerdict) {
  const auto envelope = std::make_shared<const Envelope>(signed_post());
  env::Job job = verification_job(envelope);
  EXPECT_EQ(job.key, verification_key(*envelope));
  EXPECT_GT(job.cost, Duration{});
  EXPECT_EQ(verdict_of(job.run()), crypto::Verdict::valid);
  auto forged = *envelope;
  forged.item_hash = ItemHash();
  EXPECT_EQ(verify(forged), crypto::Verdict::invalid);
  EXPECT_EQ(refusal_of(crypto::Verdict::valid), std::nullopt);
  EXPECT_EQ(refusal_of(crypto::Verdict::invalid), ErrorCode::invalid_signature);
  EXPECT_EQ(refusal_of(crypto::Verdict::unsupported_chain), ErrorCode::invalid_format);
}

TEST(Verification, EveryChainThatSignsVerifiesAndHasACost) {
  for (const crypto::Chain chain : crypto::all_chains()) {
    if (!crypto::has_verifier(chain)) continue;
    const Envelope envelope = signed_post(chain);
    EXPECT_EQ(verify(envelope), crypto::Verdict::valid) << crypto::chain_text(chain);
    EXPECT_GT(verification_cost(envelope), Duration{});
  }
}

// messages.md 9 point 9: accounts of the C-chain sign as EVM accounts do; the reference knows bech32 senders only.
TEST(Verification, HexSendersUnderAvalancheGoByTheirSwitch) {
  Envelope envelope = signed_post();
  const auto account = crypto::Account::derive(crypto::Chain::ETH, 7, 0);
  envelope.chain = crypto::Chain::AVAX;
  envelope.signature = account.sign(envelope.signed_fields());
  Switches as_reference;
  as_reference.avax_hex_senders = Behaviour::as_reference;
  EXPECT_EQ(verify(envelope), crypto::Verdict::valid);
  EXPECT_EQ(verify(envelope, as_reference), crypto::Verdict::invalid);
  const auto shared = std::make_shared<const Envelope>(envelope);
  EXPECT_EQ(verdict_of(verification_job(shared).run()), crypto::Verdict::valid);
  EXPECT_EQ(verdict_of(verification_job(shared, as_reference).run()), crypto::Verdict::invalid);

  envelope.signature = crypto::Account::derive(crypto::Chain::ETH, 7, 1).sign(envelope.signed_fields());
  EXPECT_EQ(verify(envelope), crypto::Verdict::invalid) << "signed by somebody else";
  const Envelope bech32 = signed_post(crypto::Chain::AVAX);
  EXPECT_EQ(verify(bech32, as_reference), crypto::Verdict::valid);
}

TEST(Verification, TheKeyDependsOnAllThatIsSignedAndOnNothingElse) {
  const Envelope base = signed_post();
  std::set<env::JobKey> keys{verification_key(base)};
  const auto changed = [&](auto change) {
    Envelope other = base;
    change(other);
    return keys.insert(verification_key(other)).second;
  };
  EXPECT_TRUE(changed([](Envelope& e) { e.sender += "x"; }));
  EXPECT_TRUE(changed([](Envelope& e) { e.chain = crypto::Chain::BSC; }));
  EXPECT_TRUE(changed([](Envelope& e) { e.type = Type::STORE; }));
  EXPECT_TRUE(changed([](Envelope& e) { e.item_hash = ItemHash(); }));
  EXPECT_TRUE(changed([](Envelope& e) { e.signature = "0x01"; }));
  EXPECT_TRUE(changed([](Envelope& e) { e.time_number += 1; }));
  EXPECT_FALSE(changed([](Envelope& e) { e.channel = "other"; }));
  EXPECT_FALSE(changed([](Envelope& e) { e.item_content.reset(); }));
}

}  // namespace
}  // namespace lastmile::message
