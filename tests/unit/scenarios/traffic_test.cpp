// Generated and recorded traffic: signed, deterministic, of the wanted mix; and files that are refused.
#include "scenarios/engine/traffic/traffic.hpp"

#include <sstream>

#include "core/message/content.hpp"
#include "core/message/envelope.hpp"
#include "scenarios/engine/traffic/envelope_file.hpp"
#include "tests/unit/scenarios/sample.hpp"

namespace lastmile::scenario::test {
namespace {

using ::testing::StartsWith;

std::vector<Publication> all(const Scenario& scenario, std::uint64_t seed = 7) {
  const NodeTable nodes(scenario, seed);
  auto traffic = Traffic::open(scenario, seed, nodes);
  EXPECT_TRUE(traffic.ok());
  std::vector<Publication> out;
  while (traffic->next_time()) out.push_back(traffic->next());
  return out;
}

const std::string kMix =
    R"(/traffic=[{"name":"w","rate":"10/s","accounts":{"count":12,"chains":{"ETH":"50%","SOL":"50%"}},)"
    R"("types":{"POST":"60%","AGGREGATE":"20%","STORE":"10%","FORGET":"10%"}}])";

TEST(Traffic, IsEqualForEqualSeedsAndComesInOrder) {
  const Scenario scenario = sample({kMix});
  const auto first = all(scenario);
  const auto again = all(scenario);
  ASSERT_EQ(first.size(), again.size());
  EXPECT_GT(first.size(), 700U);
  for (std::size_t i = 0; i < first.size(); ++i) {
    EXPECT_EQ(first[i].envelope, again[i].envelope);
    EXPECT_EQ(first[i].number, i);
    if (i > 0) {
      EXPECT_GE(first[i].time, first[i - 1].time);
    }
    EXPECT_LT(first[i].time, Instant{} + seconds(80));
  }
  EXPECT_NE(all(scenario, 8).front().envelope, first.front().envelope);
}

TEST(Traffic, IsWhatNodesAccept) {
  int forgets = 0;
  for (const Publication& p : all(sample({kMix}))) {
    const auto envelope = message::parse_envelope(std::string_view(p.envelope));
    ASSERT_TRUE(envelope.ok()) << p.envelope;
    EXPECT_EQ(crypto::verify(envelope->signed_fields()), crypto::Verdict::valid);
    EXPECT_TRUE(message::parse_inline_content(*envelope).ok()) << p.envelope;
    EXPECT_EQ(envelope->item_hash, p.item_hash);
    if (p.type == message::Type::FORGET) {
      ++forgets;
      ASSERT_EQ(p.needs.size(), 1U);
      EXPECT_LT(p.needs[0], p.number);
    }
  }
  EXPECT_GT(forgets, 40);
}

TEST(Traffic, ComesPeriodicallyOrInBursts) {
  const auto periodic =
      all(sample({R"(/traffic=[{"name":"w","rate":"1/s","arrival":"periodic","from":"5s","until":"9s"}])"}));
  ASSERT_EQ(periodic.size(), 4U);
  EXPECT_EQ(periodic[0].time, Instant{} + seconds(5));
  EXPECT_EQ(periodic[3].time, Instant{} + seconds(8));
  const auto bursts = all(sample({R"(/traffic=[{"name":"w","rate":"10/s","arrival":"burst","burst_size":5}])"}));
  for (std::size_t i = 0; i + 5 <= bursts.size(); i += 5) EXPECT_EQ(bursts[i].time, bursts[i + 4].time);
}

TEST(Traffic, OfOneEntryDoesNotChangeAnother) {
  const auto alone = all(sample({R"(/traffic=[{"name":"a","rate":"1/s"}])"}));
  std::vector<std::string> of_a;
  for (const Publication& p : all(sample({R"(/traffic=[{"name":"a","rate":"1/s"},{"name":"b","rate":"2/s"}])"}))) {
    if (p.entry == 0) of_a.push_back(p.envelope);
  }
  ASSERT_EQ(of_a.size(), alone.size());
  for (std::size_t i = 0; i < alone.size(); ++i) EXPECT_EQ(of_a[i], alone[i].envelope);
}

TEST(Traffic, BuildsNothingOnWhatWasLost) {
  const Scenario scenario = sample({kMix});
  const NodeTable nodes(scenario, 7);
  auto traffic = Traffic::open(scenario, 7, nodes);
  while (traffic->next_time()) {
    const Publication p = traffic->next();
    EXPECT_TRUE(p.needs.empty()) << "everything before was lost";
    traffic->lost(p.number);
  }
}

// --- files

std::string refusal(const std::string& text) {
  std::istringstream file(text);
  const auto read = read_envelopes(file, "f.jsonl");
  return read.ok() ? "accepted" : read.error().text;
}

std::string line_of(std::size_t number = 0) { return all(sample({kMix})).at(number).envelope; }

TEST(EnvelopeFile, TakesWhatWalletsSigned) {
  std::istringstream file(line_of(0) + "\r\n\n   \n" + line_of(1));
  const auto read = read_envelopes(file, "f.jsonl");
  ASSERT_TRUE(read.ok()) << read.error().text;
  EXPECT_EQ(read->size(), 2U);
  EXPECT_EQ(read->front().item_hash, all(sample({kMix})).front().item_hash);
}

TEST(EnvelopeFile, RefusesHostileLinesByNumber) {
  EXPECT_THAT(refusal(""), StartsWith("f.jsonl: expected at least one envelope"));
  EXPECT_THAT(refusal("not json\n"), StartsWith("f.jsonl:1: "));
  EXPECT_THAT(refusal(line_of() + "\n{}\n"), StartsWith("f.jsonl:2: expected a message envelope"));
  EXPECT_THAT(refusal(line_of() + "\n" + line_of()), StartsWith("f.jsonl:2: expected each message once"));
  EXPECT_THAT(refusal(std::string(5 * 1024 * 1024, 'x')), StartsWith("f.jsonl:1: expected at most 4 MiB in one line"));
  EXPECT_THAT(refusal(std::string(1'000'000, '[')), StartsWith("f.jsonl:1: "));
  EXPECT_THAT(refusal(std::string("\0\xff\n", 3)), StartsWith("f.jsonl:1: "));
  std::string forged = line_of();
  const auto signature = forged.find("\"signature\":\"") + 20;
  forged[signature] = forged[signature] == '1' ? '2' : '1';
  EXPECT_THAT(refusal(forged), StartsWith("f.jsonl:1: expected a valid signature"));
}

TEST(EnvelopeFile, MustBeAFile) {
  EXPECT_EQ(read_envelopes("/nonexistent/f.jsonl").error().text,
            "/nonexistent/f.jsonl: expected a file with envelopes, found no such file");
  EXPECT_EQ(read_envelopes("/").error().text, "/: expected a file with envelopes, found a folder");
}

}  // namespace
}  // namespace lastmile::scenario::test
