// Messages, RPCs, ids and scores made by other implementations: vectors/libp2p-gossipsub.json. What needs keys (whether
// a signature verifies, whether a key belongs to its author) is tested where keys are, with the peer-to-peer code.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/gossip/rpc.hpp"
#include "core/gossip/score.hpp"

namespace lastmile::gossip {
namespace {

using nlohmann::json;

std::filesystem::path vectors_file() {
  const char* folder = std::getenv("LASTMILE_VECTORS");
  const std::filesystem::path path = folder != nullptr
                                         ? std::filesystem::path(folder)
                                         : std::filesystem::path(LASTMILE_SOURCE_DIR) / "../shared/protocol/vectors";
  return path / "libp2p-gossipsub.json";
}

Bytes unhex(const json& text) {
  const auto bytes = from_hex(text.get<std::string>());
  if (!bytes) throw std::runtime_error("no hexadecimal: " + text.get<std::string>());
  return *bytes;
}

class GossipVectors : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto path = vectors_file();
    std::ifstream in(path);
    if (!in) GTEST_SKIP() << "no vectors at " << path;
    vectors_ = json::parse(in);
    topics_.add(kMessageTopicName);
    topics_.add(kAliveTopicName);
  }

  Bytes rpc_of(const Bytes& message) {  // an RPC with this one message, built by hand
    Bytes rpc{0x12};
    std::size_t length = message.size();
    for (; length >= 0x80; length >>= 7) rpc.push_back(static_cast<std::uint8_t>(length | 0x80));
    rpc.push_back(static_cast<std::uint8_t>(length));
    append(rpc, message);
    return rpc;
  }

  json vectors_;
  Topics topics_;
  IdScheme content_{IdKind::content, {}};
  IdScheme from_seqno_{IdKind::from_seqno, {}};
  IdScheme key_seqno_{IdKind::key_seqno, {}};
};

TEST_F(GossipVectors, MessagesDecodeAndEncodeToTheSameBytes) {
  const json& cases = vectors_.at("messages");
  ASSERT_FALSE(cases.empty());
  for (const json& entry : cases) {
    SCOPED_TRACE(entry.at("name").get<std::string>());
    const Bytes wire = unhex(entry.at("rpc"));
    const auto rpc = decode_rpc(wire, topics_, content_);
    ASSERT_TRUE(rpc.ok()) << rpc.error().text;
    ASSERT_EQ(rpc->publish.size(), 1u);
    const MessageFields& fields = rpc->publish[0]->fields();
    EXPECT_EQ(to_hex(fields.data.written()), entry.at("data").get<std::string>());
    EXPECT_EQ(to_hex(fields.seqno.written()), entry.at("seqno").get<std::string>());
    EXPECT_EQ(fields.topic.text(), entry.at("topic").get<std::string>());
    EXPECT_EQ(to_hex(fields.signature.written()), entry.at("signature").get<std::string>());
    EXPECT_EQ(fields.key.present(), entry.at("includesKey").get<bool>());
    EXPECT_EQ(to_hex(signed_bytes(fields)), entry.at("signedBytes").get<std::string>());
    EXPECT_EQ(as_text(wire_id(content_, fields)), entry.at("idAleph").get<std::string>());
    EXPECT_EQ(to_hex(wire_id(from_seqno_, fields)), entry.at("idFromSeqno").get<std::string>());
    EXPECT_EQ(to_hex(wire_id(key_seqno_, fields)), entry.at("idKeySeqno").get<std::string>());
    if (entry.at("valid").get<bool>()) {
      EXPECT_EQ(structure_fault(fields), StructureFault::none);
    }

    Bytes message;
    rpc->publish[0]->encode_to(message);
    EXPECT_EQ(to_hex(message), entry.at("message").get<std::string>());
    EXPECT_EQ(encode_rpc(*rpc), wire);
    EXPECT_EQ(wire_size(*rpc), wire.size());
  }
}

TEST_F(GossipVectors, InvalidStructuresAreRefusedAndForgeriesReachTheSignatureCheckUnchanged) {
  const json& cases = vectors_.at("invalid");
  ASSERT_FALSE(cases.empty());
  std::size_t by_structure = 0;
  for (const json& entry : cases) {
    SCOPED_TRACE(entry.at("name").get<std::string>());
    ASSERT_FALSE(entry.at("valid").get<bool>());
    const auto rpc = decode_rpc(rpc_of(unhex(entry.at("message"))), topics_, content_);
    if (!rpc.ok()) {
      ++by_structure;
      continue;
    }
    const MessageFields& fields = rpc->publish.at(0)->fields();
    if (structure_fault(fields) != StructureFault::none) {
      ++by_structure;
      continue;
    }
    // Left to the signature check, which gets exactly what is on the wire: nothing is repaired on the way.
    Bytes message;
    rpc->publish[0]->encode_to(message);
    EXPECT_EQ(to_hex(message), entry.at("message").get<std::string>());
  }
  EXPECT_GE(by_structure, 4u);  // no from, no seqno, short seqno, no signature
}

TEST_F(GossipVectors, ControlsReencodeToEqualBytes) {
  const json& cases = vectors_.at("controls");
  ASSERT_FALSE(cases.empty());
  for (const json& entry : cases) {
    SCOPED_TRACE(entry.at("what").get<std::string>());
    const Bytes wire = unhex(entry.at("rpc"));
    const auto rpc = decode_rpc(wire, topics_, content_);
    ASSERT_TRUE(rpc.ok()) << rpc.error().text;
    EXPECT_EQ(to_hex(encode_rpc(*rpc)), entry.at("rpc").get<std::string>());
    EXPECT_EQ(RpcBody(*rpc).wire_size(), wire.size());
  }
}

TEST_F(GossipVectors, ContentIds) {
  const json& cases = vectors_.at("contentIds");
  ASSERT_FALSE(cases.empty());
  for (const json& entry : cases) {
    const MessageKey id = content_id(unhex(entry.at("data")));
    EXPECT_EQ(content_id_text(id), entry.at("idAleph").get<std::string>());
    EXPECT_EQ(key_of_wire_id(content_, as_bytes(entry.at("idAleph").get<std::string>())), id);
  }
}

TEST_F(GossipVectors, Scores) {
  const json& scoring = vectors_.at("scoring");
  const json& t = scoring.at("topicParams");
  const auto number = [](const json& from, const char* key) { return from.at(key).get<double>(); };
  const auto time = [](const json& from, const char* key) { return milliseconds(from.at(key).get<std::int64_t>()); };
  TopicScoreParams topic;
  topic.weight = number(t, "topicWeight");
  topic.time_in_mesh_weight = number(t, "timeInMeshWeight");
  topic.time_in_mesh_quantum = time(t, "timeInMeshQuantum");
  topic.time_in_mesh_cap = number(t, "timeInMeshCap");
  topic.first_deliveries_weight = number(t, "firstMessageDeliveriesWeight");
  topic.first_deliveries_cap = number(t, "firstMessageDeliveriesCap");
  topic.mesh_deliveries_weight = number(t, "meshMessageDeliveriesWeight");
  topic.mesh_deliveries_cap = number(t, "meshMessageDeliveriesCap");
  topic.mesh_deliveries_threshold = number(t, "meshMessageDeliveriesThreshold");
  topic.mesh_failure_weight = number(t, "meshFailurePenaltyWeight");
  topic.invalid_deliveries_weight = number(t, "invalidMessageDeliveriesWeight");
  const json& g = scoring.at("globalParams");
  GlobalScoreParams global;
  global.app_weight = number(g, "appSpecificWeight");
  global.same_address_weight = number(g, "IPColocationFactorWeight");
  global.same_address_threshold = number(g, "IPColocationFactorThreshold");
  global.behaviour_weight = number(g, "behaviourPenaltyWeight");

  ASSERT_FALSE(scoring.at("cases").empty());
  for (const json& entry : scoring.at("cases")) {
    SCOPED_TRACE(entry.dump());
    global.topic_score_cap = number(entry, "topicScoreCap");
    global.behaviour_threshold = number(entry, "behaviourPenaltyThreshold");
    const json& c = entry.at("topic");
    TopicCounters counters;
    counters.in_mesh = c.at("inMesh").get<bool>();
    counters.mesh_time = time(c, "meshTimeMs");
    counters.first_deliveries = number(c, "firstMessageDeliveries");
    counters.mesh_deliveries = number(c, "meshMessageDeliveries");
    counters.mesh_deliveries_active = c.at("meshMessageDeliveriesActive").get<bool>();
    counters.mesh_failures = number(c, "meshFailurePenalty");
    counters.invalid_deliveries = number(c, "invalidMessageDeliveries");
    const double score = peer_score(global, topic_score(topic, counters), number(entry, "appScore"),
                                    number(entry, "peersOnSameIp"), number(entry, "behaviourPenalty"));
    EXPECT_NEAR(score, number(entry, "score"), scoring.at("tolerance").get<double>());
  }
}

}  // namespace
}  // namespace lastmile::gossip
