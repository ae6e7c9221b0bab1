// The `traffic` section: who publishes what, where and how often.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/crypto/chain.hpp"
#include "core/message/limits.hpp"
#include "core/message/type.hpp"
#include "scenarios/engine/text/law.hpp"
#include "scenarios/engine/text/selector.hpp"
#include "scenarios/engine/text/when.hpp"

namespace lastmile::scenario {

struct FileEnvelope;

enum class Arrival : std::uint8_t { poisson, periodic, burst };
std::string_view arrival_text(Arrival arrival);

// Accounts that let others act for them, by elements of their aggregate `security` (messages.md 4.6).
struct Delegation {
  Share elements{200'000'000};     // of the AGGREGATEs: write `security`
  Share revocations{300'000'000};  // of those: take a right back; the others grant one
  Share messages{300'000'000};     // of the POSTs, AGGREGATEs and STOREs: by somebody who once had the owner's right
  friend bool operator==(const Delegation&, const Delegation&) = default;
};

struct TrafficSpec {
  std::string name;
  Selector into;  // entry nodes; counting atoms are drawn at `from`
  Rate rate;
  Arrival arrival = Arrival::poisson;
  std::uint32_t burst_size = 10;  // burst: so many at one instant, bursts at rate / burst_size, Poisson
  Moment from;
  Moment until{Phase::settle, {}};  // traffic stops at the end of heal at the latest
  std::uint32_t accounts = 100;
  std::vector<std::pair<crypto::Chain, Share>> chains;  // of the accounts; they add up to 1
  std::vector<std::pair<message::Type, Share>> types;   // of the messages; they add up to 1
  Share amends{100'000'000};                            // of the POSTs
  std::uint32_t aggregate_keys = 3;                     // each account writes one of so many keys
  Law size = Law::fixed_at(Unit::size, 600);            // of the content
  Law file_size = Law::fixed_at(Unit::size, 4096);      // of what a STORE pins
  Share new_files{kWhole};                              // of the STOREs; the others pin a file that was uploaded before
  std::optional<Delegation> delegation;                 // empty: everybody acts for himself
  std::string file;  // instead of all of this but name, into, rate, arrival, from, until: envelopes, one per line
  std::shared_ptr<const std::vector<FileEnvelope>> envelopes;  // what load_envelopes() found in it
  friend bool operator==(const TrafficSpec&, const TrafficSpec&) = default;
};

inline constexpr std::uint32_t kAccountsMax = 10'000'000;
// What a draw of `size` and of `files` is held to. A node takes a content for lost that is longer (messages.md 1.1).
inline constexpr std::int64_t kContentBytesMax = message::kContentBytesMax - 1;
inline constexpr std::int64_t kFileBytesMax = 100 * 1024 * 1024;
inline constexpr std::size_t kTrafficMax = 100;

}  // namespace lastmile::scenario
