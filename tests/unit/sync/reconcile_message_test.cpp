// Bytes of reconciliation: every message reads back equal, has exactly the announced size, and one spelling.
#include "core/sync/reconcile_message.hpp"

#include <gtest/gtest.h>
// after gtest
#include <rapidcheck/gtest.h>

#include "core/sync/bound.hpp"
#include "tests/unit/sync/sets.hpp"

namespace lastmile::sync {
namespace {

using test::random_hash;
using test::random_hash_of_any_kind;

std::vector<HeldItem> ascending_bounds(Generator& random, std::size_t count) {
  std::set<HeldItem> bounds;
  std::int64_t second = static_cast<std::int64_t>(random.below(2)) * 1'700'000'000;
  while (bounds.size() < count) {
    if (random.chance(0.5)) second += static_cast<std::int64_t>(random.below(100'000));
    // Full hashes, cut ones, and the second alone.
    const HeldItem left{second, random_hash_of_any_kind(random)};
    const HeldItem right{second, random_hash_of_any_kind(random)};
    bounds.insert(random.chance(0.3) ? left : left < right ? bound_between(left, right) : HeldItem{second, {}});
  }
  std::vector<HeldItem> result(bounds.begin(), bounds.end());
  if (random.chance(0.3) && !result.empty()) result.back() = range_end();
  return result;
}

Fingerprint random_fingerprint(Generator& random) { return fingerprint(sum_of(random_hash(random))); }

std::vector<message::ItemHash> random_hashes(Generator& random, std::size_t max) {
  std::vector<message::ItemHash> hashes(random.below(max));
  for (auto& hash : hashes) hash = random_hash_of_any_kind(random);
  order_hashes(hashes);
  return hashes;
}

Request random_request(Generator& random) {
  Request request;
  const auto bounds = ascending_bounds(random, 2 + random.below(40));
  const bool lists = random.chance(0.5);
  for (std::size_t i = 0; i + 1 < bounds.size(); ++i) {
    if (random.chance(0.3)) continue;
    request.entries.push_back(
        {i == 0 && random.chance(0.5) ? range_begin() : bounds[i], bounds[i + 1], random_fingerprint(random)});
    if (!(request.entries.back().from < request.entries.back().until)) request.entries.pop_back();
  }
  if (request.entries.empty()) request.entries.push_back({range_begin(), range_end(), random_fingerprint(random)});
  if (lists) {
    request.salt = random.next();
    request.token_bytes = static_cast<std::uint8_t>(1 + random.below(kTokenBytesMax));
    for (Entry& entry : request.entries) {
      if (random.chance(0.5) && &entry != &request.entries.front()) continue;
      std::vector<Token> tokens(random.below(kListMax));
      for (Token& token : tokens) token = token_of(random_hash(random), request.salt, request.token_bytes);
      entry.holds = tokens;
    }
  }
  return request;
}

Answer random_answer(Generator& random) {
  Answer answer;
  auto bounds = ascending_bounds(random, 200);
  std::size_t next = 0;
  const std::size_t count = 1 + random.below(12);
  while (answer.findings.size() < count) {
    switch (random.below(5)) {
      case 0:
        answer.findings.push_back(Same{});
        break;
      case 1:
        answer.findings.push_back(None{});
        break;
      case 2:
        answer.findings.push_back(Ask{});
        break;
      case 3: {
        Split split;
        const std::size_t parts = 1 + random.below(kSplitParts - 1);
        for (std::size_t i = 0; i < parts && next < bounds.size(); ++i) split.bounds.push_back(bounds[next++]);
        if (split.bounds.empty()) break;
        for (std::size_t i = 0; i <= split.bounds.size(); ++i) split.fingerprints.push_back(random_fingerprint(random));
        answer.findings.push_back(split);
        break;
      }
      default: {
        Difference difference{random_hashes(random, 20), {}, {}};
        for (std::uint32_t i = 0; i < kListMax - 1; ++i) {
          if (random.chance(0.3)) difference.unknown.push_back(i);
        }
        if (random.chance(0.3) && next < bounds.size()) difference.complete_until = bounds[next++];
        answer.findings.push_back(difference);
      }
    }
  }
  return answer;
}

ReconcileMessage random_message(Generator& random) {
  switch (random.below(3)) {
    case 0:
      return random_request(random);
    case 1:
      return random_answer(random);
    default:
      return Offer{random_hashes(random, 40)};
  }
}

RC_GTEST_PROP(ReconcileMessageProperty, ReadsBackEqualWithTheAnnouncedSize, ()) {
  Generator random(*rc::gen::arbitrary<std::uint64_t>());
  const ReconcileMessage message = random_message(random);
  const env::Frame frame = ReconcileBody::of(message);
  const Bytes bytes = frame->encode();
  RC_ASSERT(frame->wire_size() == bytes.size());
  RC_ASSERT(frame->kind() == env::FrameKind::reconcile);
  const auto back = decode_reconcile(bytes);
  RC_ASSERT(back.ok());
  RC_ASSERT(*back == message);
  RC_ASSERT(reconcile_message(frame).value() == message);
  RC_ASSERT(reconcile_message(env::Frame::of_bytes(bytes)).value() == message);
}

RC_GTEST_PROP(ReconcileMessageProperty, DamageIsRefusedOrAnotherMessageWithItsOneSpelling, ()) {
  Generator random(*rc::gen::arbitrary<std::uint64_t>());
  Bytes bytes = encode_reconcile(random_message(random));
  switch (random.below(3)) {
    case 0:
      bytes[random.below(bytes.size())] = static_cast<std::uint8_t>(random.next());
      break;
    case 1:
      bytes.resize(random.below(bytes.size()));
      break;
    default:
      bytes.push_back(static_cast<std::uint8_t>(random.next()));
  }
  const auto message = decode_reconcile(bytes);
  if (message.ok()) RC_ASSERT(encode_reconcile(*message) == bytes);
}

RC_GTEST_PROP(BoundProperty, LiesBetweenAndIsShort, ()) {
  Generator random(*rc::gen::arbitrary<std::uint64_t>());
  HeldItem left{static_cast<std::int64_t>(random.below(3)), random_hash_of_any_kind(random)};
  HeldItem right{static_cast<std::int64_t>(random.below(3)), random_hash_of_any_kind(random)};
  if (random.chance(0.5)) {
    // Neighbours that share a long beginning.
    std::string text = left.hash.text();
    char& c = text[4 + random.below(text.size() - 4)];
    c = c == '2' ? '3' : '2';
    right = {left.second, *message::ItemHash::parse(text)};
  }
  if (right < left) std::swap(left, right);
  RC_PRE(left < right);
  const HeldItem bound = bound_between(left, right);
  RC_ASSERT(left < bound);
  RC_ASSERT(bound <= right);
  Bytes bytes;
  std::int64_t second = 0;
  append_bound(bytes, bound, second);
  std::int64_t counted = 0;
  RC_ASSERT(bound_size(bound, counted) == bytes.size());
  if (left.second < right.second) RC_ASSERT(bytes.size() == 1u);
  ByteView view = bytes;
  std::int64_t read = 0;
  RC_ASSERT(take_bound(view, read) == bound);
  RC_ASSERT(view.empty());
}

TEST(ReconcileMessage, EqualSetsNeed24Bytes) {
  EXPECT_EQ(encode_reconcile(Request{0, 0, {Entry{range_begin(), range_end(), Fingerprint{}}}}).size(), 21u);
  EXPECT_EQ(encode_reconcile(Answer{{Same{}}}).size(), 3u);
}

TEST(ReconcileMessage, HostileBytesAreRefused) {
  const auto refused = [](std::string_view hex) { return !decode_reconcile(*from_hex(hex)).ok(); };
  EXPECT_TRUE(refused(""));
  EXPECT_TRUE(refused("00"));
  EXPECT_TRUE(refused("1000")) << "no entries";
  EXPECT_TRUE(refused("10ffffffff0f")) << "entries beyond the limit";
  EXPECT_TRUE(refused("1100")) << "an answer to nothing";
  EXPECT_TRUE(refused("11812000")) << "more than a request may have";
  EXPECT_TRUE(refused("110102")) << "more differ than there are";
  EXPECT_TRUE(refused("12ffff0f")) << "an offer beyond its limit";
  EXPECT_TRUE(refused("1201")) << "cut off";
  EXPECT_TRUE(refused("13090000000000000000010101ff")) << "tokens of nine bytes";
  EXPECT_TRUE(refused("1001010000000000000000000000000000000000")) << "an empty range";
  EXPECT_FALSE(decode_reconcile(Bytes(kReconcileBytesMax + 1, 0x12)).ok());
  EXPECT_FALSE(reconcile_message(env::Frame()).ok());
}

TEST(ReconcileMessage, TokensDependOnTheSaltAndTheLength) {
  Generator random(1);
  const auto hash = random_hash(random);
  EXPECT_NE(token_of(hash, 1, 8), token_of(hash, 2, 8));
  EXPECT_EQ(token_of(hash, 1, 2), token_of(hash, 1, 8) & 0xffff);
}

}  // namespace
}  // namespace lastmile::sync
