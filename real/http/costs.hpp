// What messages cost, asked by clients (http-api.md 11). On the node's loop.
#pragma once

#include <map>
#include <optional>

#include "core/economy/content_cost.hpp"
#include "core/message/content.hpp"
#include "real/http/api.hpp"

namespace lastmile::http {

// Sizes in bytes that the caller knows, or guesses, instead of those the node knows.
struct KnownSizes {
  std::optional<std::uint64_t> stored{};  // of a STORE's own file
  std::map<message::ItemHash, std::uint64_t> referenced{};
};
// What a content would cost now. Empty: it is free.
std::optional<economy::CostInput> cost_input_of(Api& api, const message::Content& content, const KnownSizes& known);
// Could the owner pay for one more message of this cost now? Nothing is free here.
Result<bool> can_pay(Api& api, const std::string& owner, const economy::Cost& cost);
// The cost object; sizes: with size_mib instead of null. Error: there is no price for it.
Result<std::string> cost_json(Api& api, const economy::CostInput& input, const std::string& owner, bool sizes);
// "12.5": as a JSON number, exactly.
std::string amount_number(const Amount& amount);

}  // namespace lastmile::http
