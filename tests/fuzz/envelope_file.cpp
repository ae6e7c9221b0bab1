// Files of recorded envelopes: refused with file and line, or every envelope reads back alone as the same one.
#include <sstream>
#include <string>

#include "core/base/check.hpp"
#include "scenarios/engine/traffic/envelope_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lastmile::scenario;
  std::istringstream file(std::string(reinterpret_cast<const char*>(data), size));
  const auto envelopes = read_envelopes(file, "f");
  if (!envelopes.ok()) {
    LM_CHECK(envelopes.error().text.starts_with("f:"));
    return 0;
  }
  LM_CHECK(!envelopes->empty());
  for (const FileEnvelope& envelope : *envelopes) {
    std::istringstream line(envelope.text);
    const auto again = read_envelopes(line, "f");
    LM_CHECK(again.ok() && again->size() == 1);
    LM_CHECK(again->front().item_hash == envelope.item_hash);
    LM_CHECK(again->front().text == envelope.text);
  }
  return 0;
}
