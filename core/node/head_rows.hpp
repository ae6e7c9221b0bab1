// Rows of the road of heads, in tables of the node beside those of the store, and heads as they travel.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.hpp"
#include "core/sync/head_book.hpp"

namespace lastmile::node {

inline const std::string kDuePrefix = "\xf1";     // + item hash: to be archived by us
inline const std::string kHeadPrefix = "\xf2";    // + signer: newest head, then the runs of heads that were accepted
inline const std::string kWantedPrefix = "\xf3";  // + archive: the signer whose head named it; to be taken in
inline const std::string kLostKey = "\xf4";       // LostHeads

// Heads travel as bytes: one per line. They are few and small, and a line is what the content store keeps too.
Bytes encode_heads(const std::vector<sync::Head>& heads);
std::vector<std::string_view> lines_of(std::string_view text);

// One run a line: "from until name", or "from until -" when nothing is to be fetched below it.
std::string write_record(const sync::HeadBook::Saved& saved);
std::optional<sync::HeadBook::Saved> read_record(std::string_view text);

// Heads of ours that others know and this disk does not have.
struct LostHeads {
  std::uint64_t newest = 0;  // sequence; 0: none
  bool due = false;          // all that is here is to be archived again behind it
};
std::string write_lost(const LostHeads& lost);
std::optional<LostHeads> read_lost(std::string_view text);

}  // namespace lastmile::node
