#include "real/p2p/wire/multiaddr_value.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

#include "core/base/check.hpp"
#include "core/base/nearest.hpp"
#include "core/crypto/multibase.hpp"
#include "real/p2p/wire/limits.hpp"

namespace lastmile::p2p {
namespace {

constexpr std::string_view kHostName = "a host name";

constexpr std::array kPartTable{
    PartInfo{"ip4", AddressPart::ip4, 4, false, "four numbers such as 192.0.2.7"},
    PartInfo{"tcp", AddressPart::tcp, 2, false, "a port from 0 to 65535"},
    PartInfo{"ip6", AddressPart::ip6, 16, false, "an IPv6 address such as 2001:db8::1"},
    PartInfo{"ip6zone", AddressPart::ip6zone, 0, true, "a zone name"},
    PartInfo{"dns", AddressPart::dns, 0, true, kHostName},
    PartInfo{"dns4", AddressPart::dns4, 0, true, kHostName},
    PartInfo{"dns6", AddressPart::dns6, 0, true, kHostName},
    PartInfo{"dnsaddr", AddressPart::dnsaddr, 0, true, kHostName},
    PartInfo{"udp", AddressPart::udp, 2, false, "a port from 0 to 65535"},
    PartInfo{"webrtc-direct", AddressPart::webrtc_direct, 0, false, ""},
    PartInfo{"p2p-circuit", AddressPart::p2p_circuit, 0, false, ""},
    PartInfo{"p2p", AddressPart::p2p, 0, true, "a peer id such as 12D3KooW..."},
    PartInfo{"tls", AddressPart::tls, 0, false, ""},
    PartInfo{"sni", AddressPart::sni, 0, true, kHostName},
    PartInfo{"quic-v1", AddressPart::quic_v1, 0, false, ""},
    PartInfo{"webtransport", AddressPart::webtransport, 0, false, ""},
    PartInfo{"certhash", AddressPart::certhash, 0, true, "a multihash in multibase"},
    PartInfo{"ws", AddressPart::ws, 0, false, ""},
    PartInfo{"wss", AddressPart::wss, 0, false, ""},
};

bool good_name(ByteView value) {
  return !value.empty() && value.size() <= kHostNameBytesMax &&
         std::all_of(value.begin(), value.end(), [](std::uint8_t c) { return c > ' ' && c < 0x7f && c != '/'; });
}

std::optional<Bytes> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (text.empty() || failed != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return Bytes{static_cast<std::uint8_t>(port >> 8), static_cast<std::uint8_t>(port)};
}

std::optional<Bytes> parse_ip(int family, std::size_t size, std::string_view text) {
  Bytes out(size);
  if (text.size() > INET6_ADDRSTRLEN || ::inet_pton(family, std::string(text).c_str(), out.data()) != 1) {
    return std::nullopt;
  }
  return out;
}

std::string ip_text(int family, ByteView value) {
  std::array<char, INET6_ADDRSTRLEN> out{};
  LM_CHECK(::inet_ntop(family, value.data(), out.data(), out.size()) != nullptr);
  return out.data();
}

}  // namespace

const PartInfo* part_info(std::uint64_t code) {
  const auto found = std::find_if(kPartTable.begin(), kPartTable.end(), [code](const PartInfo& info) {
    return static_cast<std::uint64_t>(info.kind) == code;
  });
  return found == kPartTable.end() ? nullptr : &*found;
}

const PartInfo* part_info(std::string_view name) {
  if (name == "ipfs") name = "p2p";
  const auto found =
      std::find_if(kPartTable.begin(), kPartTable.end(), [name](const PartInfo& info) { return info.name == name; });
  return found == kPartTable.end() ? nullptr : &*found;
}

std::string nearest_part(std::string_view name) {
  std::vector<std::string_view> names;
  names.reserve(kPartTable.size());
  for (const PartInfo& info : kPartTable) names.push_back(info.name);
  const std::string_view near = nearest(name, names);
  return near.empty() ? std::string() : ", did you mean /" + std::string(near) + "?";
}

bool good_value(AddressPart kind, ByteView value) {
  switch (kind) {
    case AddressPart::p2p:
      return PeerId::parse_bytes(value).has_value();
    case AddressPart::certhash:
      return !value.empty() && value.size() <= kHostNameBytesMax;
    case AddressPart::ip6zone:
    case AddressPart::dns:
    case AddressPart::dns4:
    case AddressPart::dns6:
    case AddressPart::dnsaddr:
    case AddressPart::sni:
      return good_name(value);
    default:
      return value.size() == part_info(static_cast<std::uint64_t>(kind))->size;
  }
}

std::optional<Bytes> parse_value(AddressPart kind, std::string_view text) {
  std::optional<Bytes> out;
  switch (kind) {
    case AddressPart::ip4:
      out = parse_ip(AF_INET, 4, text);
      break;
    case AddressPart::ip6:
      out = parse_ip(AF_INET6, 16, text);
      break;
    case AddressPart::tcp:
    case AddressPart::udp:
      out = parse_port(text);
      break;
    case AddressPart::p2p:
      if (const auto peer = PeerId::parse(text)) out = peer->bytes();
      break;
    case AddressPart::certhash:
      if (text.size() > kHostNameBytesMax) break;
      if (auto decoded = crypto::multibase_decode(text)) out = std::move(decoded->bytes);
      break;
    default:
      out = to_bytes(text);
  }
  if (!out || !good_value(kind, *out)) return std::nullopt;
  return out;
}

std::string value_text(AddressPart kind, ByteView value) {
  switch (kind) {
    case AddressPart::ip4:
      return ip_text(AF_INET, value);
    case AddressPart::ip6:
      return ip_text(AF_INET6, value);
    case AddressPart::tcp:
    case AddressPart::udp:
      return std::to_string(value[0] << 8 | value[1]);
    case AddressPart::p2p: {
      const auto peer = PeerId::parse_bytes(value);
      LM_CHECK(peer.has_value());
      return peer->text();
    }
    case AddressPart::certhash:
      return crypto::multibase_encode(crypto::Base::base64url, value);
    default:
      return std::string(as_text(value));
  }
}

}  // namespace lastmile::p2p
