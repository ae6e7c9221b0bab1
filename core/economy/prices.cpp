#include "core/economy/prices.hpp"

#include "core/base/present.hpp"
#include "core/economy/exact_json.hpp"

namespace lastmile::economy {
namespace {

using message::JsonView;

constexpr std::array<std::string_view, kProducts> kProductNames = {"storage",
                                                                   "web3_hosting",
                                                                   "program",
                                                                   "program_persistent",
                                                                   "instance",
                                                                   "instance_confidential",
                                                                   "instance_gpu_standard",
                                                                   "instance_gpu_premium"};
constexpr std::uint64_t kSecondsPerHour = 3600;

// Prices stay far from the limits of the arithmetic: 10^18 tokens for one unit is more than exists.
bool acceptable(const Decimal& price) {
  static const Decimal kLimit = present(Decimal::parse("1e18"));
  return !price.negative() && price < kLimit;
}

Result<Decimal> read_price(JsonView object, const char* key, const std::string& where) {
  const auto found = member(object, key);
  if (!found) return Decimal();
  const auto price = exact_number(*found);
  if (!price || !acceptable(*price)) return Error{where + "/" + key + ": expected a price from 0 to 10^18"};
  return *price;
}

Result<Rates> read_rates(JsonView price, const char* key, const std::string& where) {
  Rates rates;
  const auto found = member(price, key);
  if (!found) return rates;
  const std::string here = where + "/" + key;
  if (!found->is_object()) return Error{here + ": expected an object"};
  struct Field {
    const char* name;
    Decimal* slot;
  };
  for (const Field& field : {Field{"holding", &rates.hold}, Field{"payg", &rates.stream_per_hour},
                             Field{"credit", &rates.credit_per_hour}}) {
    auto value = read_price(*found, field.name, here);
    if (!value) return value.error();
    *field.slot = *value;
  }
  return rates;
}

Result<std::uint32_t> read_count(JsonView object, const char* key, std::uint32_t missing, const std::string& where) {
  const auto found = member(object, key);
  if (!found) return missing;
  const auto count = exact_integer(*found);
  if (!count || *count > PriceTable::kMaxCompute) {
    return Error{where + "/" + key + ": expected an integer up to " + std::to_string(PriceTable::kMaxCompute)};
  }
  return static_cast<std::uint32_t>(present(count->narrow()));
}

std::string read_text(JsonView object, const char* key) {
  const auto found = member(object, key);
  return found && found->is_string() ? found->string() : std::string();
}

Result<ComputeUnit> read_unit(JsonView product, const std::string& where) {
  const auto found = member(product, "compute_unit");
  // A product without a unit counts by the smallest one and includes no disk.
  if (!found) return ComputeUnit{.vcpus = 1, .memory_mib = 2048, .disk_mib = 0};
  const std::string here = where + "/compute_unit";
  if (!found->is_object()) return Error{here + ": expected an object"};
  auto vcpus = read_count(*found, "vcpus", 1, here);
  auto memory = read_count(*found, "memory_mib", 2048, here);
  auto disk = read_count(*found, "disk_mib", 0, here);
  if (!vcpus) return vcpus.error();
  if (!memory) return memory.error();
  if (!disk) return disk.error();
  if (*memory == 0) return Error{here + "/memory_mib: must not be 0"};
  return ComputeUnit{.vcpus = *vcpus, .memory_mib = *memory, .disk_mib = *disk};
}

Result<std::vector<Tier>> read_tiers(JsonView product, const std::string& where) {
  std::vector<Tier> tiers;
  const auto found = member(product, "tiers");
  if (!found) return tiers;
  const std::string here = where + "/tiers";
  const Error wrong{here + ": expected a list of at most " + std::to_string(PriceTable::kMaxTiers)};
  if (!found->is_array()) return wrong;
  std::optional<Error> error;
  found->each([&](JsonView item) {
    const std::string place = here + "/" + std::to_string(tiers.size());
    if (tiers.size() >= PriceTable::kMaxTiers) {
      error = wrong;
    } else if (!item.is_object()) {
      error = Error{place + ": expected an object"};
    } else {
      auto units = read_count(item, "compute_units", 0, place);
      auto vram = read_count(item, "vram", 0, place);
      if (!units || !vram) {
        error = !units ? units.error() : vram.error();
      } else {
        tiers.push_back({read_text(item, "id"), *units, read_text(item, "model"), *vram});
      }
    }
    return !error;
  });
  if (error) return *error;
  return tiers;
}

Result<ProductPrices> read_product(JsonView product, const std::string& where) {
  if (!product.is_object()) return Error{where + ": expected an object"};
  ProductPrices result;
  if (const auto price = member(product, "price")) {
    const std::string here = where + "/price";
    if (!price->is_object()) return Error{here + ": expected an object"};
    auto fixed = read_price(*price, "fixed", here);
    auto storage = read_rates(*price, "storage", here);
    auto compute = read_rates(*price, "compute_unit", here);
    if (!fixed) return fixed.error();
    if (!storage) return storage.error();
    if (!compute) return compute.error();
    result.fixed = *fixed;
    result.storage = *storage;
    result.compute = *compute;
  }
  auto unit = read_unit(product, where);
  if (!unit) return unit.error();
  auto tiers = read_tiers(product, where);
  if (!tiers) return tiers.error();
  result.unit = *unit;
  result.tiers = std::move(*tiers);
  return result;
}

Result<JsonView> read_object(std::string_view text, const char* name) {
  if (text.size() > PriceTable::kMaxJsonBytes) return Error{std::string(name) + ": larger than 1 MiB"};
  auto document = JsonView::parse(text);
  if (document && !document->is_object()) return Error{std::string(name) + ": expected an object"};
  return document;
}

}  // namespace

std::string_view product_name(Product product) { return kProductNames[static_cast<std::size_t>(product)]; }

std::optional<Product> parse_product(std::string_view name) {
  for (std::size_t i = 0; i < kProductNames.size(); ++i) {
    if (kProductNames[i] == name) return static_cast<Product>(i);
  }
  return std::nullopt;
}

Decimal Rates::per_unit(Payment payment) const {
  switch (payment) {
    case Payment::hold:
      return hold;
    case Payment::superfluid:
      return stream_per_hour.divided_by(kSecondsPerHour);
    case Payment::credit:
      return credit_per_hour.divided_by(kSecondsPerHour);
  }
  return {};
}

Result<Unit> PriceTable::replace_pricing(std::string_view text) {
  auto document = read_object(text, "pricing");
  if (!document) return document.error();
  auto products = products_;
  for (std::size_t i = 0; i < kProducts; ++i) {
    const auto found = document->find(kProductNames[i]);
    if (!found) continue;
    auto product = read_product(*found, "/" + std::string(kProductNames[i]));
    if (!product) return product.error();
    products[i] = std::move(*product);
  }
  products_ = std::move(products);
  return Unit{};
}

Result<Unit> PriceTable::replace_settings(std::string_view text) {
  auto document = read_object(text, "settings");
  if (!document) return document.error();
  auto gpus = gpus_;
  if (const auto found = member(*document, "compatible_gpus")) {
    gpus.clear();
    const bool fits = found->is_array() && found->each([&](JsonView item) {
      // Entries of another shape cannot match anything.
      if (item.is_object()) gpus.push_back({read_text(item, "device_id"), read_text(item, "model")});
      return gpus.size() <= kMaxGpus;
    });
    if (!fits) return Error{"/compatible_gpus: expected a list of at most " + std::to_string(kMaxGpus)};
  }
  Wall since = community_wallet_since_;
  if (const auto found = member(*document, "community_wallet_timestamp")) {
    const auto time = exact_integer(*found);
    if (!time || *time > 9'223'372'036u) return Error{"/community_wallet_timestamp: expected UNIX seconds"};
    since = Wall{static_cast<std::int64_t>(present(time->narrow())) * 1'000'000'000};
  }
  if (std::string wallet = read_text(*document, "community_wallet_address"); !wallet.empty()) {
    community_wallet_ = std::move(wallet);
  }
  gpus_ = std::move(gpus);
  community_wallet_since_ = since;
  return Unit{};
}

std::optional<std::string_view> PriceTable::gpu_model(std::string_view device_id) const {
  for (const CompatibleGpu& gpu : gpus_) {
    if (gpu.device_id == device_id && !gpu.model.empty()) return gpu.model;
  }
  return std::nullopt;
}

std::optional<PriceTable::GpuTier> PriceTable::gpu_tier(std::string_view model) const {
  for (const Product product : {Product::instance_gpu_premium, Product::instance_gpu_standard}) {
    for (const Tier& tier : of(product).tiers) {
      if (tier.model == model && !model.empty()) return GpuTier{product, tier.compute_units};
    }
  }
  return std::nullopt;
}

}  // namespace lastmile::economy
