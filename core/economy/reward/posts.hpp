// Reading the posts that move the registry (economics.md 2.1, quality-control.md 2). Bytes of anybody.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "core/economy/reward/registry.hpp"

namespace lastmile::economy {

inline constexpr std::size_t kMaxScoreEntries = 100'000;  // of one post
inline constexpr std::size_t kMaxAuthorized = 10'000;     // stakers of a locked node
inline constexpr std::string_view kOperationPost = "corechan-operation";
inline constexpr std::string_view kScorePost = "aleph-scoring-scores";
inline constexpr std::string_view kScoreChannel = "aleph-scoring";
inline constexpr std::string_view kBalancePost = "balances-update";

// The word of `action`; amend has none, as any text does for it.
std::string_view node_action_name(NodeAction action);

// What of a POST such a reading needs.
struct PostView {
  std::string_view type;
  std::string_view hash;     // of the message
  std::string_view address;  // content.address
  Wall time;                 // content.time
  std::string_view ref;      // empty when it has none
  std::string_view content;  // JSON text of content.content
};

// A post of type `corechan-operation`, or an `amend` that names a node. Error = nothing the registry knows: an unknown
// action, no tag `mainnet`, no ref where one is needed. Such posts are ignored, not refused.
Result<NodeOperation> parse_node_operation(const PostView& post);

// A post of type `aleph-scoring-scores`; who may publish it is the caller's business. Entries without a node id or a
// numeric total_score are errors of the whole post; a missing performance or decentralization counts as 0.
Result<ScorePost> parse_score_post(const PostView& post);

}  // namespace lastmile::economy
