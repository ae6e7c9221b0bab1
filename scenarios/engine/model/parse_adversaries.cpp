#include <algorithm>

#include "scenarios/engine/model/parse.hpp"
#include "scenarios/engine/model/words.hpp"

namespace lastmile::scenario {
namespace {

constexpr std::string_view kRate = "a rate above 0 such as \"20/s\"";

void read_rate(ObjectReader& reader, Rate& rate) {
  const auto at = reader.require("rate", kRate);
  if (at && read(*at, rate) && rate.micro_per_day == 0) at->refuse(kRate);
}

// A list of different words, at least one.
template <class Word>
void read_what(ObjectReader& reader, std::span<const std::string_view> words, std::vector<Word>& what) {
  const auto at = reader.get("what");
  if (!at) return;
  what.clear();
  each_item(*at, words.size(), [&](const Place& item) {
    Word word{};
    if (!read_enum(item, words, word)) return;
    if (std::find(what.begin(), what.end(), word) != what.end()) item.refuse("a word that is not in the list yet");
    what.push_back(word);
  });
  const auto* items = at->json.items();
  if (items != nullptr && items->empty()) at->refuse("at least one of " + alternatives(words));
}

void parse_body(ObjectReader& reader, Flooder& flooder) {
  read_rate(reader, flooder.rate);
  read_what(reader, words::kFloods, flooder.what);
}
void parse_body(ObjectReader& reader, Replayer& replayer) { read_rate(reader, replayer.rate); }
void parse_body(ObjectReader& reader, Eclipser& eclipser) {
  reader.read_required("against", "a selector", eclipser.against);
  reader.read_if("rate", eclipser.rate);
}
void parse_body(ObjectReader&, Withholder&) {}
void parse_body(ObjectReader& reader, Equivocator& equivocator) { read_rate(reader, equivocator.rate); }
void parse_body(ObjectReader& reader, Liar& liar) {
  reader.read_if("rate", liar.rate);
  read_what(reader, words::kLies, liar.what);
}

static_assert(kinds_match<AdversaryBody>(words::kAdversaries), "words and variant have one order");

void parse_adversary(const Place& place, Adversary& adversary) {
  const auto kind = read_kind(place, words::kAdversaries);
  if (!kind) return;
  ObjectReader reader(place, words::kAdversaries[*kind]);
  reader.get("kind");
  if (const auto at = reader.require("name", "a name")) read_name(*at, adversary.name);
  read_who(reader, adversary.who);
  reader.read_if("from", adversary.from);
  reader.read_if("until", adversary.until);
  adversary.body = alternative<AdversaryBody>(*kind);
  std::visit([&](auto& body) { parse_body(reader, body); }, adversary.body);
  reader.done();
}

}  // namespace

void parse_adversaries(const Place& place, std::vector<Adversary>& adversaries) {
  each_item(place, kAdversariesMax, [&](const Place& item) { parse_adversary(item, adversaries.emplace_back()); });
}

}  // namespace lastmile::scenario
