#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/env/disk.hpp"
#include "core/env/network.hpp"
#include "sim/env/slot_table.hpp"

namespace lastmile::sim {

// What travels and is not a plain frame. Owned by the event that carries it.
struct Parcel {
  enum class Kind : std::uint8_t { request, response, fetch, part };
  Kind kind = Kind::request;
  env::Protocol protocol = env::Protocol::gossip;
  SlotRef asker;                       // entry in the asker's table
  std::int64_t deadline = 0;           // fetch, part: when the asker gives it up (ns of the run)
  env::Frame frame;                    // request, response
  std::optional<std::string> refusal;  // response, part
  env::ContentRange range;             // fetch
  Bytes bytes;                         // part
  bool bulk = false;                   // part with content: goes by the bulk links
  std::int64_t sending = 0;            // bulk: how long the sender's link takes (ns)
  std::uint64_t wire_bytes = 0;
};

// Bytes that framing adds to a question or an answer; names and error texts are counted as they are.
inline constexpr std::uint64_t kParcelOverheadBytes = 16;

}  // namespace lastmile::sim
