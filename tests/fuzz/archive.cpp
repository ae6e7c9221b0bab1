// Archives of messages from strangers. Whatever is read can be written, and reads back equal.
#include <algorithm>
#include <string_view>

#include "core/base/check.hpp"
#include "core/chain/archive.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lastmile;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto plain = chain::parse_archive(text, false);
  const auto content = chain::parse_archive(text, true);
  LM_CHECK(plain.ok() == content.ok());
  if (!content) return 0;
  LM_CHECK(plain->messages.size() + plain->refused.size() == content->messages.size() + content->refused.size());
  chain::ArchiveWriter writer({});
  for (const auto& envelope : content->messages) LM_CHECK(writer.add(*envelope));
  const std::string written = writer.finish();
  const auto again = chain::parse_archive(written, true);
  LM_CHECK(again.ok());
  LM_CHECK(again->refused.empty());
  LM_CHECK(std::equal(again->messages.begin(), again->messages.end(), content->messages.begin(),
                      content->messages.end(), [](const auto& a, const auto& b) { return *a == *b; }));
  return 0;
}
