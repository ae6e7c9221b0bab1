// Real messages of the network and mutations of them: vectors/signed_messages.json, vectors/invalid_messages.json.
#include <gtest/gtest.h>

#include "core/crypto/hash.hpp"
#include "core/crypto/signature.hpp"
#include "tests/unit/crypto/envelope.hpp"
#include "tests/unit/vectors.hpp"

namespace lastmile::crypto {
namespace {

using nlohmann::json;
using test::Envelope;

TEST(SignedMessages, EverySignatureIsValidOverTheStatedBuffer) {
  LM_VECTORS(cases, "signed_messages.json");
  ASSERT_FALSE(cases.empty());
  for (const json& entry : cases) {
    SCOPED_TRACE(entry.at("id").get<std::string>());
    const Envelope envelope(entry.at("message"));
    ASSERT_TRUE(envelope.has_known_chain());
    EXPECT_EQ(verification_buffer(envelope.fields()), entry.at("expect").at("verification_buffer").get<std::string>());
    const Verdict expected = entry.at("expect").at("signature_valid").get<bool>() ? Verdict::valid : Verdict::invalid;
    EXPECT_EQ(verify(envelope.fields()), expected);
  }
}

TEST(SignedMessages, ItemHashIsTheSha256OfTheInlineContent) {
  LM_VECTORS(cases, "signed_messages.json");
  int examined = 0;
  for (const json& entry : cases) {
    const json& matches = entry.at("expect").at("item_hash_matches_item_content");
    if (matches.is_null()) continue;
    SCOPED_TRACE(entry.at("id").get<std::string>());
    const json& message = entry.at("message");
    const std::string content = message.at("item_content");
    EXPECT_EQ(sha256(content).hex() == message.at("item_hash").get<std::string>(), matches.get<bool>());
    ++examined;
  }
  EXPECT_GT(examined, 0);
}

// Genuine legacy NULS was signed over raw bytes; the reference's printed form refuses it (messages.md 9 point 1).
TEST(SignedMessages, LegacyNulsHistoryVerifiesOverRawBytesOnly) {
  LM_VECTORS(cases, "signed_messages.json");
  int examined = 0;
  for (const json& entry : cases) {
    if (entry.at("message").at("chain") != "NULS") continue;
    const Envelope envelope(entry.at("message"));
    EXPECT_EQ(verify(envelope.fields(), {NulsForm::raw}), Verdict::valid);
    EXPECT_EQ(verify(envelope.fields(), {NulsForm::raw_or_printed}), Verdict::valid);
    EXPECT_EQ(verify(envelope.fields(), {NulsForm::printed}), Verdict::invalid);
    ++examined;
  }
  EXPECT_GT(examined, 0);
}

TEST(InvalidMessages, SignatureCheckRefusesEveryCodeOneCase) {
  LM_VECTORS(cases, "invalid_messages.json");
  int examined = 0;
  for (const json& entry : cases) {
    if (entry.at("expect").at("error_code") != 1) continue;
    SCOPED_TRACE(entry.at("id").get<std::string>() + ": " +
                 entry.at("expect").at("invalid_because").get<std::string>());
    const Envelope envelope(entry.at("message"));
    ASSERT_TRUE(envelope.has_known_chain());
    EXPECT_EQ(verify(envelope.fields()), Verdict::invalid);
    ++examined;
  }
  EXPECT_GT(examined, 0);
}

// Of the format cases only those about the chain are this room's: a code that is not in the list, or one without
// verifier.
TEST(InvalidMessages, ChainsWithoutVerifierAreNoMatterOfSignatures) {
  LM_VECTORS(cases, "invalid_messages.json");
  int about_chains = 0;
  for (const json& entry : cases) {
    if (entry.at("expect").at("error_code") != 0 || !entry.at("message").contains("chain")) continue;
    SCOPED_TRACE(entry.at("id").get<std::string>());
    const Envelope envelope(entry.at("message"));
    if (envelope.has_known_chain() && has_verifier(envelope.fields().chain)) continue;
    if (envelope.has_known_chain()) {
      EXPECT_EQ(verify(envelope.fields()), Verdict::unsupported_chain);
    }
    ++about_chains;
  }
  EXPECT_GT(about_chains, 0);
}

}  // namespace
}  // namespace lastmile::crypto
