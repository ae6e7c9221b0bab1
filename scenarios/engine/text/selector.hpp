// Which nodes: atoms joined by " & ", a list is the union (scenario-format.md 1). Resolved in timeline/node_table.hpp.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "scenarios/engine/text/quantity.hpp"

namespace lastmile::scenario {

enum class AtomKind : std::uint8_t {
  all,
  group,
  role,
  region,
  node,
  chain,
  island,
  one,
  random,
  minority,
  majority,
  richest
};

struct Atom {
  AtomKind kind = AtomKind::all;
  bool negated = false;
  std::string name;                                        // group, role, region, node, chain, island
  std::uint32_t count = 0;                                 // random, richest
  Share share;                                             // random:10%; used when count is 0
  bool counting() const { return kind >= AtomKind::one; }  // draws from what the other atoms left
  friend bool operator==(const Atom&, const Atom&) = default;
};

struct Selector {
  // Union of intersections. At most one counting atom in a term.
  std::vector<std::vector<Atom>> terms;
  bool counting() const;
  friend bool operator==(const Selector&, const Selector&) = default;
};

inline constexpr std::size_t kSelectorTermsMax = 1000;
inline constexpr std::size_t kSelectorAtomsMax = 32;

// One term of a selector: "group:west & !one".
Result<std::vector<Atom>> parse_term(std::string_view text);
std::string atom_text(const Atom& atom);
std::string term_text(const std::vector<Atom>& term);
std::string selector_text(const Selector& selector);  // terms joined by ", ": for people

}  // namespace lastmile::scenario
