// Signatures of the official JavaScript SDK and of wallet libraries: tests/vectors/signed_by_sdk.json.
#include <gtest/gtest.h>

#include <set>

#include "core/crypto/hash.hpp"
#include "core/crypto/signature.hpp"
#include "tests/unit/crypto/envelope.hpp"

namespace lastmile::crypto::test {
namespace {

using nlohmann::json;

json entries() {
  const auto file = lastmile::test::read_json(LASTMILE_SOURCE_DIR "/tests/vectors/signed_by_sdk.json");
  EXPECT_TRUE(file);
  return file.value_or(json::array());
}

TEST(SignedBySdk, EverySignatureVerifiesInItsForm) {
  std::set<Chain> chains;
  for (const json& entry : entries()) {
    SCOPED_TRACE(entry.at("id").get<std::string>());
    const Envelope envelope(entry.at("message"));
    ASSERT_TRUE(envelope.has_known_chain());
    const SignedFields fields = envelope.fields();
    EXPECT_EQ(verification_buffer(fields), entry.at("expect").at("verification_buffer").get<std::string>());
    const bool refused = entry.at("expect").value("rejected_with_error_code", -1) == 0;
    const bool printed = entry.value("nuls_form", "raw") == "printed";
    EXPECT_EQ(verify(fields), refused ? Verdict::unsupported_chain : printed ? Verdict::invalid : Verdict::valid);
    if (fields.chain == Chain::NULS) {
      EXPECT_EQ(verify(fields, {NulsForm::raw_or_printed}), Verdict::valid);
      EXPECT_EQ(verify(fields, {NulsForm::printed}), printed ? Verdict::valid : Verdict::invalid);
    }
    chains.insert(fields.chain);
  }
  EXPECT_EQ(chains.size(), kChainCount) << "every chain code is there";
}

TEST(SignedBySdk, AnotherItemHashIsRefused) {
  for (const json& entry : entries()) {
    json message = entry.at("message");
    message["item_hash"] = sha256(message.at("item_hash").get<std::string>()).hex();
    EXPECT_NE(verify(Envelope(message).fields(), {NulsForm::raw_or_printed}), Verdict::valid) << entry.at("id");
  }
}

TEST(SignedBySdk, ItemHashBindsTheContent) {
  for (const json& entry : entries()) {
    const json& message = entry.at("message");
    EXPECT_EQ(sha256(message.at("item_content").get<std::string>()).hex(), message.at("item_hash").get<std::string>())
        << entry.at("id");
  }
}

}  // namespace
}  // namespace lastmile::crypto::test
