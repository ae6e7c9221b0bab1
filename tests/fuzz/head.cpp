// Heads of the content store, one per line as peers tell them: one spelling each, and a walk that stays bounded.
#include <algorithm>
#include <string_view>

#include "core/base/check.hpp"
#include "core/sync/head_book.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lastmile::sync;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  HeadBook book;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    const auto head = parse_head(line);
    if (!head) continue;
    LM_CHECK(serialize_head(*head) == line);
    const HeadBook::Seen seen = book.on_head(*head);
    LM_CHECK(seen != HeadBook::Seen::accepted || head_is_authentic(*head));
    LM_CHECK(seen != HeadBook::Seen::accepted || book.on_head(*head) == HeadBook::Seen::known);
  }
  HeadBook restored;
  restored.restore(book.save());
  LM_CHECK(restored.newest() == book.newest());
  return 0;
}
