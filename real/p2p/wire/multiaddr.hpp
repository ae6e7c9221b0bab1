// Multiaddrs (libp2p.md 4): self-describing addresses, binary and text.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.hpp"
#include "core/base/result.hpp"
#include "real/p2p/wire/peer_id.hpp"

namespace lastmile::p2p {

enum class AddressPart : std::uint16_t {
  ip4 = 4,
  tcp = 6,
  ip6 = 41,
  ip6zone = 42,
  dns = 53,
  dns4 = 54,
  dns6 = 55,
  dnsaddr = 56,
  udp = 273,
  webrtc_direct = 280,
  p2p_circuit = 290,
  p2p = 421,
  tls = 448,
  sni = 449,
  quic_v1 = 461,
  webtransport = 465,
  certhash = 466,
  ws = 477,
  wss = 478,
};

// One that was parsed or built, so always well-formed. Compared by its binary form.
class Multiaddr {
 public:
  struct Part {
    AddressPart kind;
    ByteView value;  // into the address; without its length
  };

  // The error names the component and what was expected.
  static Result<Multiaddr> parse(std::string_view text);
  // Empty when anything in it is unknown or malformed: such an address is skipped.
  static std::optional<Multiaddr> parse_bytes(ByteView bytes);
  static Multiaddr ip_tcp(const std::string& ip, std::uint16_t port);  // ip: numbers, of either family (checked)

  const Bytes& bytes() const { return bytes_; }
  std::string text() const;
  std::vector<Part> parts() const;
  std::optional<PeerId> peer() const;  // of the last /p2p component
  Multiaddr without_peer() const;      // the place alone; a trailing /p2p is left out
  Multiaddr with_peer(const PeerId& peer) const;
  Multiaddr with(AddressPart kind, ByteView value = {}) const;

  friend bool operator==(const Multiaddr&, const Multiaddr&) = default;
  friend std::strong_ordering operator<=>(const Multiaddr& a, const Multiaddr& b) { return a.bytes_ <=> b.bytes_; }

 private:
  explicit Multiaddr(Bytes bytes) : bytes_(std::move(bytes)) {}
  Bytes bytes_;
};

// Where and how an address is dialled.
struct DialTarget {
  AddressPart host_kind = AddressPart::ip4;  // ip4, ip6, dns, dns4 or dns6
  std::string host;
  std::uint16_t port = 0;
  bool websocket = false;
  bool tls = false;
  std::optional<PeerId> peer;
};
// Empty for addresses of transports that we do not have (quic-v1, circuits, ...): they are kept and passed on, not
// dialled.
std::optional<DialTarget> dial_target(const Multiaddr& address);

}  // namespace lastmile::p2p
