// Negotiations with anybody: both roles end or wait, however the bytes are cut, and take nothing behind the last token.
#include "core/base/check.hpp"
#include "real/p2p/wire/limits.hpp"
#include "real/p2p/wire/multistream.hpp"

namespace {

using namespace lastmile;
using namespace lastmile::p2p;

struct End {
  Negotiation::State state;
  std::size_t left;
  Bytes out;
  friend bool operator==(const End&, const End&) = default;
};

End run(Negotiation negotiation, ByteView bytes, std::size_t cut) {
  auto state = Negotiation::State::more;
  Bytes out = negotiation.take_output();
  while (!bytes.empty() && state == Negotiation::State::more) {
    ByteView part = bytes.first(std::min(cut, bytes.size()));
    const std::size_t before = part.size();
    state = negotiation.feed(part);
    LM_CHECK(state != Negotiation::State::more || part.empty());
    bytes = bytes.subspan(before - part.size());
    append(out, negotiation.take_output());
  }
  return {state, bytes.size(), std::move(out)};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes(data, size);
  static const std::vector<std::string> protocols{"/noise", "/yamux/1.0.0", "/meshsub/1.1.0"};
  for (const bool dialer : {true, false}) {
    const auto make = [dialer] { return dialer ? Negotiation::dialer(protocols) : Negotiation::listener(protocols); };
    const End whole = run(make(), bytes, size + 1);
    End parts = run(make(), bytes, 1);
    // A broken prefix is noticed at its first bytes; what is behind it is read by nobody.
    if (whole.state == Negotiation::State::broken) parts.left = whole.left;
    LM_CHECK(whole == parts);
    LM_CHECK(whole.out.size() <= (kMultistreamProposalsMax + 1) * 128);
  }
  return 0;
}
