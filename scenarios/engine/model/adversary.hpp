// The `adversaries` section (scenario-format.md 2): nodes that do harm while their entry is in force. Such a node is
// one from the start of the run to its end: nothing is owed to it, and no check looks at it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "scenarios/engine/text/quantity.hpp"
#include "scenarios/engine/text/selector.hpp"
#include "scenarios/engine/text/when.hpp"

namespace lastmile::scenario {

enum class Flood : std::uint8_t {
  invalid,    // messages whose signature is somebody else's
  unpaid,     // well-formed and signed, by accounts that own nothing
  oversized,  // messages and frames above what the network takes
  free,       // good messages that nobody has to pay for
};
enum class Lie : std::uint8_t {
  hidden,    // it says that it lacks nothing and has nothing that others lack
  invented,  // it tells of messages that nobody wrote
};
std::string_view flood_text(Flood flood);
std::string_view lie_text(Lie lie);

// Sends rubbish to its peers.
struct Flooder {
  static constexpr std::string_view kKind = "flooder";
  Rate rate;                                // above 0; messages of each node, each to all of its peers
  std::vector<Flood> what{Flood::invalid};  // in turn
  friend bool operator==(const Flooder&, const Flooder&) = default;
};
// Says again what it heard, as it was or in other dress.
struct Replayer {
  static constexpr std::string_view kKind = "replayer";
  Rate rate;  // as above
  friend bool operator==(const Replayer&, const Replayer&) = default;
};
// Takes the places in the gossip mesh of its victims, and passes nothing on.
struct Eclipser {
  static constexpr std::string_view kKind = "eclipser";
  Selector against;
  Rate rate;  // of messages of its own, by which its victims come to like it; 0: none
  friend bool operator==(const Eclipser&, const Eclipser&) = default;
};
// An honest node that keeps to itself what it hears.
struct Withholder {
  static constexpr std::string_view kKind = "withholder";
  friend bool operator==(const Withholder&, const Withholder&) = default;
};
// Tells one half of its peers one thing and the other half another.
struct Equivocator {
  static constexpr std::string_view kKind = "equivocator";
  Rate rate;  // above 0; pairs of statements of each node
  friend bool operator==(const Equivocator&, const Equivocator&) = default;
};
// An honest node that lies when peers compare what they hold.
struct Liar {
  static constexpr std::string_view kKind = "liar";
  Rate rate;                           // of offers of invented messages to all peers, unasked; 0: none
  std::vector<Lie> what{Lie::hidden};  // in turn
  friend bool operator==(const Liar&, const Liar&) = default;
};

using AdversaryBody = std::variant<Flooder, Withholder, Equivocator, Replayer, Eclipser, Liar>;

struct Adversary {
  std::string name;
  Selector who;
  Moment from{Phase::trouble, {}};
  Moment until{Phase::heal, {}};
  AdversaryBody body;
  std::string_view kind() const;
  friend bool operator==(const Adversary&, const Adversary&) = default;
};

inline constexpr std::size_t kAdversariesMax = 1000;
// Of one node of an entry, at its rate: a bound on our memory and patience.
inline constexpr std::int64_t kActsMax = 10'000'000;
// How often an entry acts; 0 when it does so only in answer to others.
Rate rate_of(const Adversary& adversary);

}  // namespace lastmile::scenario
