// The protocols that a node of ours speaks on streams (libp2p.md 1 and 16).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/env/network.hpp"

namespace lastmile::p2p {

// Frames of `protocol` go one way on a stream that stays open, each behind its length. Gossip is that on the whole
// network; of our own protocols the name of requests has "/frames" behind it.
std::vector<std::string> frame_protocols(env::Protocol protocol);  // in the order in which they are proposed
// One request per stream, and one answer; not for gossip.
std::string request_protocol(env::Protocol protocol);
inline constexpr std::string_view kFetchProtocol = "/aleph/lastmile/fetch/1";

// What an answer begins with.
inline constexpr std::uint8_t kAnswered = 0;
inline constexpr std::uint8_t kRefused = 1;

}  // namespace lastmile::p2p
