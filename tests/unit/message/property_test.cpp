// Properties: what is written reads back equal, whatever its texts; damaged input never breaks anything.
#include <gtest/gtest.h>
// after gtest
#include <rapidcheck/gtest.h>

#include "core/message/content.hpp"
#include "core/message/envelope.hpp"
#include "core/message/json_tools.hpp"
#include "core/message/percent.hpp"
#include "tests/unit/message/samples.hpp"

namespace lastmile::message {
namespace {

// Uniform at every size: rapidcheck's own ranges are narrow in the first cases.
template <class T>
T draw(T low, T high) {
  return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange<T>(low, high));
}

// Texts with everything that spellings stumble over.
std::string any_text() {
  static const std::vector<std::string> kPieces{"a",
                                                "Z",
                                                " ",
                                                "%",
                                                "%20",
                                                "%zz",
                                                "\"",
                                                "\\",
                                                "\\u",
                                                "0041",
                                                "/",
                                                "\n",
                                                "\x1f",
                                                "\x7f",
                                                "\xc3\xa9",
                                                "\xe2\x82\xac",
                                                "\xf0\x9f\x98\x80",
                                                "{",
                                                "}",
                                                "null"};
  std::string out;
  for (const auto index :
       *rc::gen::container<std::vector<std::size_t>>(rc::gen::inRange<std::size_t>(0, kPieces.size()))) {
    out += kPieces[index];
  }
  return out;
}

ItemHash any_hash() {
  const auto number = *rc::gen::arbitrary<std::uint32_t>();
  const ItemHash storage = ItemHash::of(crypto::sha256(std::to_string(number)));
  if (draw<int>(0, 3) != 0) return storage;
  std::string cid = "Qm" + storage.text().substr(0, 42 + number % 3);
  for (char& c : cid) c = c == '0' ? 'z' : c;
  return *ItemHash::parse(cid);
}

Envelope any_envelope() {
  Envelope e;
  e.sender = any_text();
  e.chain = crypto::all_chains()[draw<std::size_t>(0, crypto::kChainCount)];
  e.type = kAllTypes[draw<std::size_t>(0, kTypeCount)];
  e.item_hash = any_hash();
  e.item_type = e.item_hash.item_type();
  if (*rc::gen::arbitrary<bool>()) {
    e.item_type = ItemType::inlined;
    e.item_content = any_text();
    e.item_hash = ItemHash::of(crypto::sha256(*e.item_content));
  }
  if (*rc::gen::arbitrary<bool>()) e.signature = any_text();
  if (*rc::gen::arbitrary<bool>()) e.channel = any_text();
  e.time_number = static_cast<double>(draw<std::int64_t>(0, 9223372036000000)) / 1e6;
  e.time = *wall_of_seconds(e.time_number);
  if (draw<int>(0, 4) == 0) {
    e.item_content.reset();
    const int count = draw<int>(1, 4);
    for (int i = 0; i < count; ++i) e.forgotten_by.push_back(any_hash());
    if (*rc::gen::arbitrary<bool>()) e.forgotten_with = any_hash();
  }
  return e;
}

RC_GTEST_PROP(EnvelopeProperty, WhatIsWrittenReadsBackEqual, ()) {
  const Envelope envelope = any_envelope();
  const std::string text = serialize_envelope(envelope);
  RC_ASSERT(text.size() == serialized_size(envelope));
  const auto back = parse_envelope(text, {.tombstones = true});
  // An inline tombstone needs a SHA-256, all others are legal.
  if (!back) RC_FAIL(back.error().detail + " in " + text);
  RC_ASSERT(*back == envelope);
  if (!envelope.is_tombstone()) {
    RC_ASSERT(parse_envelope(serialize_archive_entry(envelope)).value() == envelope);
  }
}

RC_GTEST_PROP(EnvelopeProperty, EveryReceiverReadsOurPayload, ()) {
  Envelope envelope = any_envelope();
  if (envelope.is_tombstone()) return;  // they do not travel by gossip
  const std::string payload = gossip_payload(envelope);
  RC_ASSERT(parse_gossip_payload(payload, Behaviour::corrected).value() == envelope);
  RC_ASSERT(parse_gossip_payload(payload, Behaviour::as_reference).value() == envelope);
}

RC_GTEST_PROP(EnvelopeProperty, DamageIsRefusedOrHarmless, ()) {
  std::string text = serialize_envelope(any_envelope());
  const int cuts = draw<int>(1, 4);
  for (int i = 0; i < cuts && !text.empty(); ++i) {
    const auto at = draw<std::size_t>(0, text.size());
    if (*rc::gen::arbitrary<bool>()) {
      text[at] = *rc::gen::arbitrary<char>();
    } else {
      text.erase(at, draw<std::size_t>(1, 20));
    }
  }
  const auto envelope = parse_envelope(text, {.tombstones = true});
  if (envelope) RC_ASSERT(parse_envelope(serialize_envelope(*envelope), {.tombstones = true}).value() == *envelope);
}

RC_GTEST_PROP(PercentProperty, ProtectedJsonHasNothingToDecodeAndTheSameMeaning, ()) {
  std::string json;
  append_json_string(json, any_text());
  const std::string protected_json = percent_protect(json);
  RC_ASSERT(!percent_decode(protected_json).has_value());
  RC_ASSERT(JsonView::parse(protected_json).value().string() == JsonView::parse(json).value().string());
}

std::string any_json(int depth) {
  switch (draw<int>(0, depth > 0 ? 7 : 5)) {
    case 0:
      return "null";
    case 1:
      return *rc::gen::arbitrary<bool>() ? "true" : "false";
    case 2:
      return std::to_string(*rc::gen::arbitrary<std::int64_t>());
    case 3:
      return std::to_string(draw<int>(-1000, 1000)) + ".25e" + std::to_string(draw<int>(-300, 300));
    case 4:
      return test::quoted(any_text());
    case 5: {
      std::string out = "[";
      const int count = draw<int>(0, 4);
      for (int i = 0; i < count; ++i) out += (i == 0 ? " " : " , ") + any_json(depth - 1);
      return out + "]";
    }
    default: {
      std::string out = "{";
      const int count = draw<int>(0, 4);
      for (int i = 0; i < count; ++i)
        out += (i == 0 ? "" : ", ") + test::quoted(any_text()) + " : " + any_json(depth - 1);
      return out + " }";
    }
  }
}

RC_GTEST_PROP(JsonProperty, CanonicalFormIsStable, ()) {
  const std::string text = any_json(4);
  const auto once = canonical_json(text);
  RC_ASSERT(once.has_value());
  RC_ASSERT(canonical_json(*once) == once);
}

RC_GTEST_PROP(JsonProperty, MergingEqualsTakingTheLastOfEachKey, ()) {
  MergedObject merged;
  std::map<std::string, std::string> expected;
  const int count = draw<int>(0, 5);
  for (int i = 0; i < count; ++i) {
    std::string object = "{";
    const int members = draw<int>(0, 5);
    for (int m = 0; m < members; ++m) {
      const std::string key = std::to_string(draw<int>(0, 6));
      const std::string value = any_json(1);
      object += (m == 0 ? "\"" : ",\"") + key + "\":" + value;
      expected[key] = std::string(JsonView::parse(value).value().raw());
    }
    RC_ASSERT(merged.apply(object + "}"));
  }
  RC_ASSERT(merged.members() == (std::map<std::string, std::string, std::less<>>(expected.begin(), expected.end())));
  RC_ASSERT(JsonView::parse(merged.text()).ok());
}

RC_GTEST_PROP(ContentProperty, AnyJsonIsRefusedOrRead, ()) {
  const Type type = kAllTypes[draw<std::size_t>(0, kTypeCount)];
  const std::string text = any_json(3);
  const auto content = parse_content(type, text, {.completion = Completion{"s", 1}});
  if (content) RC_ASSERT(content->type() == type);
}

}  // namespace
}  // namespace lastmile::message
