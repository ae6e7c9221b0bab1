// From a checked content to the inputs of the pure price rules.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "core/economy/cost.hpp"
#include "core/economy/rules.hpp"
#include "core/message/content.hpp"

namespace lastmile::economy {

// Sizes of stored files, as the asking node knows them; empty = unknown.
struct FileSizes {
  std::function<std::optional<std::uint64_t>(const message::ItemHash& file)> file;      // by the file's own hash
  std::function<std::optional<std::uint64_t>(const message::FileRef& ref)> referenced;  // by a STORE message
};

// Empty for types that are free: POST, AGGREGATE, FORGET.
std::optional<CostInput> cost_input(const message::Content& content, const FileSizes& sizes);

// Empty likewise. store_bytes: size of a STORE's file where known.
std::optional<PaidMessage> paid_message(const message::Content& content, Wall envelope_time,
                                        std::optional<std::uint64_t> store_bytes,
                                        std::optional<FirstConfirmation> confirmed);

}  // namespace lastmile::economy
