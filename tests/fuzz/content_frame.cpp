// Frames of the content protocol as they come from anybody: refused, or written and read back equal.
#include "core/base/check.hpp"
#include "core/gossip/content.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lastmile;
  using namespace lastmile::gossip;
  const auto message = decode_content({data, size});
  if (!message.ok()) return 0;
  const ContentBody body(*message);
  const Bytes written = body.encode();
  LM_CHECK(written.size() == body.wire_size());
  const auto again = decode_content(written);
  LM_CHECK(again.ok() && *again == *message);
  return 0;
}
