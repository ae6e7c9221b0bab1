#include "core/economy/cost.hpp"

#include <algorithm>
#include <array>

#include "core/base/check.hpp"
#include "core/base/present.hpp"

namespace lastmile::economy {
namespace {

constexpr std::array<std::string_view, 9> kCostTypeNames = {"EXECUTION",
                                                            "EXECUTION_INSTANCE_VOLUME_ROOTFS",
                                                            "EXECUTION_PROGRAM_VOLUME_CODE",
                                                            "EXECUTION_PROGRAM_VOLUME_RUNTIME",
                                                            "EXECUTION_PROGRAM_VOLUME_DATA",
                                                            "EXECUTION_VOLUME_PERSISTENT",
                                                            "EXECUTION_VOLUME_INMUTABLE",
                                                            "EXECUTION_VOLUME_DISCOUNT",
                                                            "STORAGE"};

// Bytes / 2^20: exactly, not rounded.
Decimal mib(std::uint64_t bytes) { return Decimal::binary_fraction(bytes, 20); }

// Compute units per GPU tier, topped up to what vcpus and memory need.
struct GpuUnits {
  std::uint64_t premium = 0;
  std::uint64_t standard = 0;
  Product dominant() const { return premium > 0 ? Product::instance_gpu_premium : Product::instance_gpu_standard; }
};

Result<GpuUnits> gpu_units(const CostInput& input, const PriceTable& prices) {
  GpuUnits units;
  bool premium = false;
  for (const std::string& device : input.gpus) {
    const auto model = prices.gpu_model(device);
    if (!model) return Error{"GPU device " + device + " is not in the list of compatible devices"};
    const auto tier = prices.gpu_tier(*model);
    if (!tier) return Error{"GPU model " + std::string(*model) + " has no price"};
    const bool this_premium = tier->product == Product::instance_gpu_premium;
    premium = premium || this_premium;
    (this_premium ? units.premium : units.standard) += tier->compute_units;
  }
  const Product dominant = premium ? Product::instance_gpu_premium : Product::instance_gpu_standard;
  const std::uint64_t needed = compute_units(input.vcpus, input.memory_mib, prices.of(dominant).unit);
  const std::uint64_t total = units.premium + units.standard;
  if (needed > total) (premium ? units.premium : units.standard) += needed - total;
  return units;
}

// Collects lines in one unit of payment and keeps their sum.
class Bill {
 public:
  Bill(const CostInput& input, Payment unit, const PriceTable& prices, const CostRules& rules)
      : input_(input), prices_(prices), unit_(unit) {
    if (input.payment == Payment::credit && unit == Payment::credit) {
      minimum_ = present(Decimal::integer(rules.min_credit_per_hour).divided_by(3600).floor_units());
    }
    cost_.payment = unit;
  }

  void execution(Product product, std::uint64_t units) {
    const std::uint64_t multiplier = input_.kind == PaidKind::program && !input_.persistent && input_.internet ? 2 : 1;
    const Decimal price = prices_.of(product).compute.per_unit(unit_);
    cost_.compute_units += units;
    add(CostType::execution, std::string(product_name(product)), Decimal::integer(units * multiplier) * price, {});
  }

  void volumes_and_discount(Product product) {
    const ProductPrices& table = prices_.of(product);
    const Decimal price = table.storage.per_unit(unit_);
    SignedUnits sum;
    for (const PaidVolume& volume : input_.volumes) {
      if (!volume.bytes) continue;
      sum += add(volume.type, volume.name, mib(*volume.bytes) * price, volume.bytes);
    }
    const std::uint64_t included = compute_units(input_.vcpus, input_.memory_mib, table.unit) * table.unit.disk_mib;
    const Decimal limit = Decimal::integer(included) * price;
    // Negated before it is floored, so the discount is the larger figure when digits are cut.
    const auto limited = (-limit).floor_units();
    LM_CHECK(limited.has_value());
    const SignedUnits amount = std::max(-sum, *limited);
    cost_.lines.push_back(
        {CostType::volume_discount, std::string(cost_type_name(CostType::volume_discount)), unit_, amount, {}});
    total_ += amount;
  }

  void storage(std::uint64_t bytes) {
    const Decimal price = prices_.of(Product::storage).storage.per_unit(unit_);
    add(CostType::storage, std::string(cost_type_name(CostType::storage)), mib(bytes) * price, bytes);
  }

  Cost finish() {
    LM_CHECK(!total_.negative());  // the discount never exceeds the volumes
    cost_.total = Amount::units(total_.size());
    return std::move(cost_);
  }

 private:
  SignedUnits add(CostType type, std::string name, const Decimal& figure, std::optional<std::uint64_t> bytes) {
    const auto units = figure.floor_units();
    LM_CHECK(units.has_value());  // prices below 10^18 times 64-bit counts fit
    const SignedUnits amount = std::max(*units, minimum_);
    cost_.lines.push_back({type, std::move(name), unit_, amount, bytes});
    total_ += amount;
    return amount;
  }

  const CostInput& input_;
  const PriceTable& prices_;
  Payment unit_;
  SignedUnits minimum_;
  SignedUnits total_;
  Cost cost_;
};

bool has_gpus(const CostInput& input) { return input.kind == PaidKind::instance && !input.gpus.empty(); }

}  // namespace

std::string_view cost_type_name(CostType type) { return kCostTypeNames[static_cast<std::size_t>(type)]; }

std::uint64_t compute_units(std::uint32_t vcpus, std::uint32_t memory_mib, const ComputeUnit& unit) {
  LM_CHECK(unit.memory_mib > 0);
  const std::uint64_t by_memory = memory_mib / unit.memory_mib + (memory_mib % unit.memory_mib != 0 ? 1 : 0);
  return std::max<std::uint64_t>(vcpus, by_memory);
}

Result<Product> product_of(const CostInput& input, const PriceTable& prices) {
  switch (input.kind) {
    case PaidKind::store:
      return Product::storage;
    case PaidKind::program:
      return input.persistent ? Product::program_persistent : Product::program;
    case PaidKind::verifiable_program:
      return Product::instance_confidential;
    case PaidKind::instance:
      break;
  }
  if (input.confidential) return Product::instance_confidential;
  if (input.gpus.empty()) return Product::instance;
  const auto units = gpu_units(input, prices);
  if (!units) return units.error();
  return units->dominant();
}

Result<Cost> cost_of(const CostInput& input, const PriceTable& prices, const CostRules& rules) {
  return cost_in(input, input.payment, prices, rules);
}

Result<Cost> cost_in(const CostInput& input, Payment unit, const PriceTable& prices, const CostRules& rules) {
  Bill bill(input, unit, prices, rules);
  if (input.kind == PaidKind::store) {
    if (!input.store_bytes || *input.store_bytes == 0) return bill.finish();
    const std::uint64_t least = input.payment == Payment::credit ? rules.min_credit_store_mib * kMiB : 0;
    bill.storage(std::max(*input.store_bytes, least));
    return bill.finish();
  }
  if (has_gpus(input)) {
    const auto units = gpu_units(input, prices);
    if (!units) return units.error();
    if (units->premium > 0) bill.execution(Product::instance_gpu_premium, units->premium);
    if (units->standard > 0) bill.execution(Product::instance_gpu_standard, units->standard);
    bill.volumes_and_discount(Product::instance_gpu_premium);
    return bill.finish();
  }
  const auto product = product_of(input, prices);
  if (!product) return product.error();
  bill.execution(*product, compute_units(input.vcpus, input.memory_mib, prices.of(*product).unit));
  bill.volumes_and_discount(*product);
  return bill.finish();
}

StreamSplit split_stream(const Amount& flow) {
  const auto node = flow.scaled(8, 10);
  const auto community = flow.scaled(2, 10);
  LM_CHECK(node && community);
  return {*node, *community};
}

}  // namespace lastmile::economy
