// The price table of messages.md 7.3, in force while its owner has published no aggregate. Kept as data in one place.
#include "core/base/check.hpp"
#include "core/economy/prices.hpp"

namespace lastmile::economy {
namespace {

Decimal price(std::string_view text) {
  const auto value = Decimal::parse(text);
  LM_CHECK(value.has_value());
  return *value;
}

Rates rates(std::string_view hold, std::string_view stream, std::string_view credit) {
  return {.hold = price(hold), .stream_per_hour = price(stream), .credit_per_hour = price(credit)};
}

std::vector<Tier> usual_tiers() {
  std::vector<Tier> tiers;
  for (const std::uint32_t units : {1u, 2u, 4u, 6u, 8u, 12u}) {
    tiers.push_back({"tier-" + std::to_string(tiers.size() + 1), units, "", 0});
  }
  return tiers;
}

constexpr std::string_view kStoreCredit = "0.17967489030626108";
constexpr std::string_view kStream = "0.000000977";

}  // namespace

PriceTable::PriceTable()
    : community_wallet_("0x5aBd3258C5492fD378EBC2e0017416E199e5Da56"),
      community_wallet_since_{1'739'301'770'000'000'000} {
  of(Product::storage) = {
      .fixed = {}, .storage = rates("0.333333333", "0", kStoreCredit), .compute = {}, .unit = {}, .tiers = {}};
  of(Product::web3_hosting) = {
      .fixed = price("50"), .storage = rates("0.333333333", "0", kStoreCredit), .compute = {}, .unit = {}, .tiers = {}};
  of(Product::program) = {.fixed = {},
                          .storage = rates("0.05", kStream, "0.977"),
                          .compute = rates("200", "0.011", "11000"),
                          .unit = {1, 2048, 2048},
                          .tiers = usual_tiers()};
  of(Product::program_persistent) = {.fixed = {},
                                     .storage = rates("0.05", kStream, "0.977"),
                                     .compute = rates("1000", "0.055", "55000"),
                                     .unit = {1, 2048, 20480},
                                     .tiers = usual_tiers()};
  of(Product::instance) = {.fixed = {},
                           .storage = rates("0.05", kStream, kStoreCredit),
                           .compute = rates("1000", "0.055", "14250"),
                           .unit = {1, 2048, 20480},
                           .tiers = usual_tiers()};
  of(Product::instance_confidential) = {.fixed = {},
                                        .storage = rates("0.05", kStream, kStoreCredit),
                                        .compute = rates("2000", "0.11", "28500"),
                                        .unit = {1, 2048, 20480},
                                        .tiers = usual_tiers()};
  of(Product::instance_gpu_standard) = {.fixed = {},
                                        .storage = rates("0", kStream, kStoreCredit),
                                        .compute = rates("280", "0.28", "43125"),
                                        .unit = {1, 6144, 61440},
                                        .tiers = {{"tier-1", 3, "RTX 4000 ADA", 20480},
                                                  {"tier-2", 4, "RTX 3090", 24576},
                                                  {"tier-3", 6, "RTX 4090", 24576},
                                                  {"tier-4", 12, "L40S", 49152}}};
  of(Product::instance_gpu_premium) = {.fixed = {},
                                       .storage = rates("0", kStream, kStoreCredit),
                                       .compute = rates("560", "0.56", "86250"),
                                       .unit = {1, 6144, 61440},
                                       .tiers = {{"tier-1", 16, "A100", 81920}, {"tier-2", 24, "H100", 81920}}};
  // In this order: the first match counts, so 10de:2685 is an RTX 5090, for which no tier exists.
  gpus_ = {{"10de:26b9", "L40S"},     {"10de:2685", "RTX 5090"},     {"10de:2687", "RTX 5090"},
           {"10de:2684", "RTX 4090"}, {"10de:2685", "RTX 4090"},     {"10de:2204", "RTX 3090"},
           {"10de:2203", "RTX 3090"}, {"10de:27b0", "RTX 4000 ADA"}, {"10de:27b2", "RTX 4000 ADA"},
           {"10de:2336", "H100"},     {"10de:22a3", "H100"},         {"10de:2313", "H100"},
           {"10de:2330", "H100"},     {"10de:2331", "H100"},         {"10de:2080", "A100"},
           {"10de:2081", "A100"},     {"10de:20b2", "A100"},         {"10de:20b5", "A100"},
           {"10de:20b8", "A100"}};
}

}  // namespace lastmile::economy
