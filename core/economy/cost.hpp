// What one message costs, line by line (messages.md 7.4). Pure: sizes of referenced files come with the input.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/amount.hpp"
#include "core/base/result.hpp"
#include "core/economy/decimal.hpp"
#include "core/economy/prices.hpp"

namespace lastmile::economy {

enum class PaidKind : std::uint8_t { store, program, instance, verifiable_program };

enum class CostType : std::uint8_t {
  execution,
  instance_rootfs,
  program_code,
  program_runtime,
  program_data,
  volume_persistent,  // ephemeral volumes too
  volume_immutable,
  volume_discount,
  storage,
};
// The wire name, e.g. "EXECUTION_VOLUME_INMUTABLE" (sic).
std::string_view cost_type_name(CostType type);

// A volume that costs its size. bytes empty = the referenced file is unknown: no line (old history has such).
struct PaidVolume {
  CostType type = CostType::volume_persistent;
  std::string name;  // "#<index>:<mount or type>" for list entries, else the type's name
  std::optional<std::uint64_t> bytes;
};
inline constexpr std::uint64_t kMiB = 1048576;

// A message reduced to what its price depends on.
struct CostInput {
  PaidKind kind = PaidKind::store;
  Payment payment = Payment::hold;  // decides the credit minima, also of figures in another payment's unit
  std::uint32_t vcpus = 1;
  std::uint32_t memory_mib = 128;
  bool internet = false;                     // environment.internet
  bool persistent = false;                   // on.persistent of a program
  bool confidential = false;                 // trusted_execution of an instance
  std::vector<std::string> gpus;             // device ids, one per card
  std::vector<PaidVolume> volumes;           // in the order of the lines; none for a V-PROGRAM
  std::optional<std::uint64_t> store_bytes;  // STORE: size of its file
};

// (type, name) is unique within a message.
struct CostLine {
  CostType type = CostType::execution;
  std::string name;                    // of an EXECUTION line: the product's name
  Payment payment = Payment::hold;     // unit of the amount: tokens to hold, tokens per second, credits per second
  SignedUnits amount;                  // 10^-18 units; negative for the discount only
  std::optional<std::uint64_t> bytes;  // of volume and STORAGE lines: the size that was charged
};

struct Cost {
  Payment payment = Payment::hold;
  std::vector<CostLine> lines;
  Amount total;                     // sum of the lines
  std::uint64_t compute_units = 0;  // executed units; with GPUs the sum over the tiers
};

struct CostRules {
  std::uint64_t min_credit_store_mib = 25;  // a STORE paid by credit is billed at least this
  std::uint32_t min_credit_per_hour = 1;    // of an EXECUTION or volume line
};

// Error = no price exists (unknown GPU device or model): the message fails with -1 and is tried again.
Result<Cost> cost_of(const CostInput& input, const PriceTable& prices, const CostRules& rules = {});
// The same message's lines in another unit, for the three columns of the price API; the lines come in the same order.
Result<Cost> cost_in(const CostInput& input, Payment unit, const PriceTable& prices, const CostRules& rules = {});

// max(vcpus, ceil(memory / unit memory)).
std::uint64_t compute_units(std::uint32_t vcpus, std::uint32_t memory_mib, const ComputeUnit& unit);
// The product whose storage price and compute unit apply.
Result<Product> product_of(const CostInput& input, const PriceTable& prices);

// A stream of `flow` per second: floor18(0.8 x) to the node, floor18(0.2 x) to the community (economics.md 7).
struct StreamSplit {
  Amount node;
  Amount community;
};
StreamSplit split_stream(const Amount& flow);

}  // namespace lastmile::economy
