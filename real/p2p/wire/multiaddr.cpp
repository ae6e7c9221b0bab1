#include "real/p2p/wire/multiaddr.hpp"

#include <algorithm>
#include <array>

#include "core/base/check.hpp"
#include "core/crypto/cid.hpp"
#include "real/p2p/wire/limits.hpp"
#include "real/p2p/wire/multiaddr_value.hpp"

namespace lastmile::p2p {
namespace {

// The value of a part from the front of `bytes`; empty when it does not fit.
std::optional<ByteView> take_value(const PartInfo& info, ByteView& bytes) {
  std::size_t size = info.size;
  if (info.prefixed) {
    const auto length = crypto::take_varint(bytes);
    if (!length || *length > bytes.size()) return std::nullopt;
    size = static_cast<std::size_t>(*length);
  }
  if (size > bytes.size()) return std::nullopt;
  const ByteView value = bytes.first(size);
  bytes = bytes.subspan(size);
  return value;
}

void append_part(Bytes& out, const PartInfo& info, ByteView value) {
  crypto::append_varint(out, static_cast<std::uint64_t>(info.kind));
  if (info.prefixed) crypto::append_varint(out, value.size());
  append(out, value);
}

}  // namespace

std::optional<Multiaddr> Multiaddr::parse_bytes(ByteView bytes) {
  if (bytes.empty() || bytes.size() > kMultiaddrBytesMax) return std::nullopt;
  ByteView rest = bytes;
  for (std::size_t count = 0; !rest.empty(); ++count) {
    const auto code = crypto::take_varint(rest);
    const PartInfo* const info = code ? part_info(*code) : nullptr;
    if (info == nullptr || count == kMultiaddrComponentsMax) return std::nullopt;
    const auto value = take_value(*info, rest);
    if (!value || !good_value(info->kind, *value)) return std::nullopt;
  }
  return Multiaddr(Bytes(bytes.begin(), bytes.end()));
}

Result<Multiaddr> Multiaddr::parse(std::string_view text) {
  const auto wrong = [text](const std::string& what) {
    return Error{"address " + std::string(text.substr(0, 200)) + ": " + what};
  };
  if (text.size() > kMultiaddrTextMax) return wrong("longer than " + std::to_string(kMultiaddrTextMax) + " bytes");
  if (!text.starts_with('/')) return wrong("expected a multiaddr such as /ip4/192.0.2.7/tcp/4025");
  Bytes out;
  std::size_t count = 0;
  for (std::string_view rest = text; !rest.empty();) {
    const auto word = [&rest] {
      rest.remove_prefix(1);
      const auto end = std::min(rest.find('/'), rest.size());
      const std::string_view taken = rest.substr(0, end);
      rest.remove_prefix(end);
      return taken;
    };
    const std::string_view name = word();
    const PartInfo* const info = part_info(name);
    if (info == nullptr) return wrong("unknown component /" + std::string(name) + nearest_part(name));
    if (++count > kMultiaddrComponentsMax) return wrong("too many components");
    Bytes value;
    if (has_value(*info)) {
      if (rest.empty()) return wrong("/" + std::string(name) + " needs " + std::string(info->expected));
      const std::string_view given = word();
      auto parsed = parse_value(info->kind, given);
      if (!parsed) {
        return wrong("/" + std::string(name) + " needs " + std::string(info->expected) + ", found \"" +
                     std::string(given) + "\"");
      }
      value = *std::move(parsed);
    }
    append_part(out, *info, value);
  }
  if (out.size() > kMultiaddrBytesMax) return wrong("too long");
  return Multiaddr(std::move(out));
}

Multiaddr Multiaddr::ip_tcp(const std::string& ip, std::uint16_t port) {
  const std::string family = ip.find(':') == std::string::npos ? "/ip4/" : "/ip6/";
  auto made = parse(family + ip + "/tcp/" + std::to_string(port));
  LM_CHECK(made.ok());
  return *std::move(made);
}

std::vector<Multiaddr::Part> Multiaddr::parts() const {
  std::vector<Part> out;
  ByteView rest = bytes_;
  while (!rest.empty()) {
    const auto code = crypto::take_varint(rest);
    LM_CHECK(code.has_value());
    const PartInfo* const info = part_info(*code);
    LM_CHECK(info != nullptr);
    const auto value = take_value(*info, rest);
    LM_CHECK(value.has_value());
    out.push_back({info->kind, *value});
  }
  return out;
}

std::string Multiaddr::text() const {
  std::string out;
  for (const Part& part : parts()) {
    const PartInfo* const info = part_info(static_cast<std::uint64_t>(part.kind));
    LM_CHECK(info != nullptr);
    out += '/';
    out += info->name;
    if (has_value(*info)) out += "/" + value_text(part.kind, part.value);
  }
  return out;
}

std::optional<PeerId> Multiaddr::peer() const {
  const auto all = parts();
  const auto found = std::find_if(all.rbegin(), all.rend(), [](const Part& p) { return p.kind == AddressPart::p2p; });
  return found == all.rend() ? std::nullopt : PeerId::parse_bytes(found->value);
}

Multiaddr Multiaddr::without_peer() const {
  const auto all = parts();
  if (all.empty() || all.back().kind != AddressPart::p2p) return *this;
  Multiaddr out{Bytes()};
  for (std::size_t i = 0; i + 1 < all.size(); ++i) out = out.with(all[i].kind, all[i].value);
  return out;
}

Multiaddr Multiaddr::with(AddressPart kind, ByteView value) const {
  const PartInfo* const info = part_info(static_cast<std::uint64_t>(kind));
  LM_CHECK(info != nullptr && good_value(kind, value));
  Multiaddr out = *this;
  append_part(out.bytes_, *info, value);
  return out;
}

Multiaddr Multiaddr::with_peer(const PeerId& peer) const { return without_peer().with(AddressPart::p2p, peer.bytes()); }

std::optional<DialTarget> dial_target(const Multiaddr& address) {
  const auto parts = address.parts();
  if (parts.size() < 2 || parts[1].kind != AddressPart::tcp) return std::nullopt;
  DialTarget out;
  out.host_kind = parts[0].kind;
  switch (parts[0].kind) {
    case AddressPart::ip4:
    case AddressPart::ip6:
    case AddressPart::dns:
    case AddressPart::dns4:
    case AddressPart::dns6:
      out.host = value_text(parts[0].kind, parts[0].value);
      break;
    default:
      return std::nullopt;
  }
  out.port = static_cast<std::uint16_t>(parts[1].value[0] << 8 | parts[1].value[1]);
  std::size_t at = 2;
  const auto is = [&](AddressPart kind) { return at < parts.size() && parts[at].kind == kind; };
  if (is(AddressPart::tls)) {
    out.tls = true;
    ++at;
    if (is(AddressPart::sni)) ++at;
    if (!is(AddressPart::ws)) return std::nullopt;
  }
  if (is(AddressPart::ws) || (is(AddressPart::wss) && !out.tls)) {
    out.tls = out.tls || parts[at].kind == AddressPart::wss;
    out.websocket = true;
    ++at;
  }
  if (is(AddressPart::p2p)) out.peer = PeerId::parse_bytes(parts[at++].value);
  if (at != parts.size()) return std::nullopt;
  return out;
}

}  // namespace lastmile::p2p
