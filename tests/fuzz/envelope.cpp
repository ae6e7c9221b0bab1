// Envelopes as they come from anybody: refused, or written and read back equal, on both kinds of receivers.
#include "core/message/envelope.hpp"

#include <string_view>

#include "core/base/check.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lastmile::message;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const bool tombstones : {false, true}) {
    const auto envelope = parse_envelope(text, {.tombstones = tombstones});
    if (!envelope) {
      LM_CHECK(envelope.error().code == ErrorCode::invalid_format);
      continue;
    }
    const std::string written = serialize_envelope(*envelope);
    LM_CHECK(written.size() == serialized_size(*envelope));
    LM_CHECK(*parse_envelope(written, {.tombstones = tombstones}) == *envelope);
    if (envelope->is_tombstone()) continue;
    LM_CHECK(*parse_envelope(serialize_archive_entry(*envelope)) == *envelope);
    const std::string payload = gossip_payload(*envelope);
    LM_CHECK(*parse_gossip_payload(payload) == *envelope);
    LM_CHECK(*parse_gossip_payload(payload, Behaviour::as_reference) == *envelope);
  }
  static_cast<void>(parse_gossip_payload(text));
  return 0;
}
