// What the network asks for storage and computation (messages.md 7.3): product -> prices, with the defaults that hold
// while the owner has published no `pricing` and `settings` aggregates.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "core/base/time.hpp"
#include "core/economy/decimal.hpp"
#include "core/message/executable.hpp"

namespace lastmile::economy {

using Payment = message::PaymentType;  // hold, superfluid, credit

enum class Product : std::uint8_t {
  storage,
  web3_hosting,
  program,  // on demand
  program_persistent,
  instance,
  instance_confidential,
  instance_gpu_standard,
  instance_gpu_premium,
};
inline constexpr std::size_t kProducts = 8;
std::string_view product_name(Product product);  // the key of the `pricing` aggregate
std::optional<Product> parse_product(std::string_view name);

// One price in the three ways of paying it. A missing price is 0.
struct Rates {
  Decimal hold;             // tokens to hold
  Decimal stream_per_hour;  // tokens, payment type superfluid
  Decimal credit_per_hour;  // credits

  // The price as formulas use it: hold as it is, the others divided by 3600 first (28 digits).
  Decimal per_unit(Payment payment) const;
};

// What one compute unit stands for.
struct ComputeUnit {
  std::uint32_t vcpus = 1;
  std::uint32_t memory_mib = 2048;
  std::uint32_t disk_mib = 2048;  // included in the price: the volume discount
};

struct Tier {
  std::string id;
  std::uint32_t compute_units = 0;
  std::string model;           // GPU products only
  std::uint32_t vram_mib = 0;  // GPU products only
};

struct ProductPrices {
  Decimal fixed;  // web3_hosting only
  Rates storage;  // per MiB
  Rates compute;  // per compute unit
  ComputeUnit unit;
  std::vector<Tier> tiers;  // informative, except for GPU products
};

struct CompatibleGpu {
  std::string device_id;  // "10de:27b0"
  std::string model;      // "RTX 4000 ADA"
};

class PriceTable {
 public:
  static constexpr std::size_t kMaxJsonBytes = 1 << 20;
  static constexpr std::size_t kMaxTiers = 64;
  static constexpr std::size_t kMaxGpus = 1024;
  static constexpr std::uint32_t kMaxCompute = 1u << 24;  // units, vcpus and MiB of a table entry

  // The defaults of messages.md 7.3.
  PriceTable();

  // Replace by the content of the aggregate `pricing` / `settings` (JSON text, so that numbers keep their digits; a
  // price may be a number or a text). A product or list the aggregate does not have keeps its default; a price missing
  // in a product that is there is 0. On error the table stays as it was.
  Result<Unit> replace_pricing(std::string_view json);
  Result<Unit> replace_settings(std::string_view json);

  const ProductPrices& of(Product product) const { return products_[static_cast<std::size_t>(product)]; }
  ProductPrices& of(Product product) { return products_[static_cast<std::size_t>(product)]; }

  const std::vector<CompatibleGpu>& gpus() const { return gpus_; }
  // First match in list order; empty for an unknown device.
  std::optional<std::string_view> gpu_model(std::string_view device_id) const;
  // The tier that offers this model, looked up in the premium product first.
  struct GpuTier {
    Product product = Product::instance_gpu_standard;
    std::uint32_t compute_units = 0;
  };
  std::optional<GpuTier> gpu_tier(std::string_view model) const;

  // Where the community's fifth of a stream goes, from this time on.
  const std::string& community_wallet() const { return community_wallet_; }
  Wall community_wallet_since() const { return community_wallet_since_; }

 private:
  std::array<ProductPrices, kProducts> products_;
  std::vector<CompatibleGpu> gpus_;
  std::string community_wallet_;
  Wall community_wallet_since_;
};

}  // namespace lastmile::economy
