// The components that an address can have and the values they take (the table of libp2p.md 4). For multiaddr.cpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/bytes.hpp"
#include "real/p2p/wire/multiaddr.hpp"

namespace lastmile::p2p {

struct PartInfo {
  std::string_view name;
  AddressPart kind;
  std::uint8_t size;          // of the value, where it is fixed
  bool prefixed;              // the value has a length before it
  std::string_view expected;  // for people
};

inline bool has_value(const PartInfo& info) { return info.prefixed || info.size > 0; }

const PartInfo* part_info(std::uint64_t code);     // null: unknown
const PartInfo* part_info(std::string_view name);  // also by its old spelling, "ipfs" for "p2p"
std::string nearest_part(std::string_view name);   // ", did you mean /ip4?", or nothing

bool good_value(AddressPart kind, ByteView value);
std::optional<Bytes> parse_value(AddressPart kind, std::string_view text);
std::string value_text(AddressPart kind, ByteView value);

}  // namespace lastmile::p2p
