// The protocol vectors: real messages, mutations of them, and contents that the public schema library judged.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "core/message/content.hpp"
#include "core/message/envelope.hpp"
#include "core/message/verification.hpp"
#include "tests/unit/vectors.hpp"

namespace lastmile::message {
namespace {

// The format check of intake: sections 1 and 3.
std::optional<Refusal> format_refusal(const nlohmann::json& message, Envelope* out = nullptr) {
  auto envelope = parse_envelope(message.dump());
  if (!envelope) return envelope.error();
  if (out != nullptr) *out = *envelope;
  if (envelope->item_type != ItemType::inlined) return std::nullopt;
  const auto content = parse_inline_content(*envelope);
  if (!content) return content.error();
  if (const auto* store = content->as<Store>()) return disagreement(*store);
  return std::nullopt;
}

TEST(Conformance, SignedMessagesAreReadAndVerify) {
  LM_VECTORS(entries, "signed_messages.json");
  for (const auto& entry : entries) {
    SCOPED_TRACE(entry.at("id").get<std::string>());
    const auto& expect = entry.at("expect");
    Envelope envelope;
    const auto refusal = format_refusal(entry.at("message"), &envelope);
    const int code = expect.value("rejected_with_error_code", -100);
    if (code == 0) {
      ASSERT_TRUE(refusal);
      EXPECT_EQ(refusal->code, ErrorCode::invalid_format);
      EXPECT_TRUE(refusal->item_hash);
    } else {
      EXPECT_FALSE(refusal) << refusal->detail;
    }
    EXPECT_EQ(item_type_text(envelope.item_type), expect.at("item_type").get<std::string>());
    EXPECT_EQ(crypto::verification_buffer(envelope.signed_fields()),
              expect.at("verification_buffer").get<std::string>());
    EXPECT_EQ(verify(envelope) == crypto::Verdict::valid, expect.at("signature_valid").get<bool>());
    if (code == number(ErrorCode::forget_names_nothing)) {
      const auto content = parse_inline_content(envelope);
      EXPECT_TRUE(content->as<Forget>()->names_nothing());
    }
    if (expect.at("item_hash_matches_item_content") == true) {
      EXPECT_EQ(envelope.item_content, entry.at("message").at("item_content").get<std::string>());
    }
    EXPECT_EQ(*parse_envelope(serialize_envelope(envelope)), envelope);
    EXPECT_EQ(*parse_gossip_payload(gossip_payload(envelope)), envelope);
  }
}

TEST(Conformance, InvalidMessagesFailTheNamedCheck) {
  LM_VECTORS(entries, "invalid_messages.json");
  for (const auto& entry : entries) {
    SCOPED_TRACE(entry.at("id").get<std::string>() + ": " + entry.at("expect").value("invalid_because", ""));
    const auto& message = entry.at("message");
    if (entry.at("expect").at("error_code") == 0) {
      const auto refusal = format_refusal(message);
      ASSERT_TRUE(refusal);
      EXPECT_EQ(refusal->code, ErrorCode::invalid_format);
      if (!message.contains("item_hash")) {
        EXPECT_FALSE(refusal->item_hash);
      }
      continue;
    }
    // Judged by itself: the envelope is read, the signature check refuses.
    const auto envelope = parse_envelope(message.dump());
    ASSERT_TRUE(envelope) << envelope.error().detail;
    const bool refused = !envelope->has_signature() || verify(*envelope) == crypto::Verdict::invalid;
    EXPECT_TRUE(refused);
  }
}

TEST(Conformance, ContentSchemaVerdicts) {
  LM_VECTORS(entries, "content_schema.json");
  // The verdicts are those of the reference's schema: point 4 of the switches must be as there.
  const ContentRules reference{.forget_aggregate_keys = Behaviour::as_reference};
  std::size_t differ_when_corrected = 0;
  for (const auto& entry : entries) {
    SCOPED_TRACE(entry.at("id").get<std::string>() + ": " + entry.value("name", ""));
    const auto type = parse_type(entry.at("type").get<std::string>());
    ASSERT_TRUE(type);
    const std::string text = entry.at("content").dump();
    const bool valid = entry.at("schema_valid").get<bool>();
    const auto content = parse_content(*type, text, reference);
    EXPECT_EQ(content.ok(), valid) << (content ? "accepted" : content.error().detail);
    if (!content) {
      EXPECT_EQ(content.error().code, ErrorCode::invalid_format);
    }
    if (parse_content(*type, text).ok() != valid) {
      ++differ_when_corrected;
      EXPECT_EQ(type, Type::FORGET);
    }
  }
  EXPECT_LE(differ_when_corrected, 1u);  // a plain key in `aggregates`
}

TEST(Conformance, ArchiveEntriesReadBack) {
  LM_VECTORS(sync, "chain_sync.json");
  const auto& archive = sync.at("archive");
  const auto& messages = archive.at("file").at("content").at("messages");
  ASSERT_FALSE(messages.empty());
  for (std::size_t i = 0; i < messages.size(); ++i) {
    const auto envelope = parse_envelope(messages[i].dump());
    ASSERT_TRUE(envelope) << envelope.error().detail;
    EXPECT_EQ(envelope->item_hash.text().substr(0, 10), archive.at("order").at(i).get<std::string>());
    EXPECT_EQ(*parse_envelope(serialize_archive_entry(*envelope)), *envelope);
  }
}

TEST(Conformance, ItemHashShapes) {
  LM_VECTORS(cids, "ipfs-cids.json");
  for (const auto& entry : cids.at("itemHash")) {
    const auto text = entry.at("text").get<std::string>();
    const auto hash = ItemHash::parse(text);
    EXPECT_EQ(hash.has_value(), entry.at("accepted").get<bool>()) << text;
    if (hash && entry.contains("type")) {
      EXPECT_EQ(item_type_text(hash->item_type()), entry.at("type").get<std::string>()) << text;
    }
  }
}

}  // namespace
}  // namespace lastmile::message
