// Heads of the content store, one per line as peers tell them: one spelling each, and a walk that stays bounded.
#include <algorithm>
#include <string_view>
#include <vector>

#include "core/base/check.hpp"
#include "core/sync/head_book.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lastmile::sync;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  HeadBook book;
  lastmile::Instant now;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    const auto head = parse_head(line);
    if (!head) continue;
    LM_CHECK(serialize_head(*head) == line);
    // As if every signature were good: nothing that a signer can say upsets the plan.
    const HeadBook::Seen looked = book.look(*head, lastmile::env::PeerId{1}, now);
    const HeadBook::Seen seen = book.on_head(*head, lastmile::env::PeerId{1}, now);
    LM_CHECK(seen != HeadBook::Seen::unchecked);
    LM_CHECK(looked != HeadBook::Seen::known || seen == HeadBook::Seen::known);
    LM_CHECK(seen != HeadBook::Seen::accepted || book.on_head(*head, {}, now) == HeadBook::Seen::known);
    LM_CHECK(book.strangers() <= HeadLimits{}.strangers);
    for (const auto& name : book.take_wanted_heads()) book.unavailable(name);
    now = now + lastmile::minutes(1);
    book.retry(now);
  }
  std::vector<HeadBook::Saved> saved;
  for (const Head& head : book.newest()) saved.push_back(*book.saved(head.node));
  HeadBook restored;
  restored.restore(saved, now);
  LM_CHECK(restored.newest() == book.newest());
  for (const HeadBook::Saved& one : saved) LM_CHECK(restored.saved(one.newest.node)->runs == one.runs);
  return 0;
}
