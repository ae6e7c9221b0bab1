// Contents of every type, and the JSON tools below them: first byte = type, the rest the text.
#include "core/message/content.hpp"

#include <string_view>

#include "core/base/check.hpp"
#include "core/message/json_tools.hpp"
#include "core/message/permission.hpp"
#include "core/message/python_regex.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lastmile::message;
  if (size == 0) return 0;
  const Type type = kAllTypes[data[0] % kTypeCount];
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);

  const auto content = parse_content(type, text, {.completion = Completion{"0xSender", 1}});
  if (content) {
    LM_CHECK(content->type() == type);
    LM_CHECK(JsonView::parse(text).ok());
    // Without completion it is the same content or none.
    const auto alone = parse_content(type, text);
    LM_CHECK(!alone.ok() || *alone == *content);
  }
  const auto canonical = canonical_json(text);
  if (canonical) {
    LM_CHECK(canonical_json(*canonical) == canonical);
    MergedObject merged;
    if (merged.apply(text)) {
      LM_CHECK(canonical_json(merged.text()) == canonical);
      merged.apply(text);
      LM_CHECK(canonical_json(merged.text()) == canonical);
    }
  }
  static_cast<void>(parse_authorizations(text));
  static_cast<void>(python_regex_compiles(text.substr(0, 256)));
  return 0;
}
