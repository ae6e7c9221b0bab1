#include <gtest/gtest.h>

#include "core/economy/cost.hpp"
#include "core/economy/rules.hpp"
#include "tests/unit/economy/names.hpp"

namespace lastmile::economy {
namespace {

CostInput instance(std::uint32_t vcpus, std::uint32_t memory_mib, std::uint64_t rootfs_mib, Payment payment) {
  CostInput input;
  input.kind = PaidKind::instance;
  input.payment = payment;
  input.vcpus = vcpus;
  input.memory_mib = memory_mib;
  input.volumes.push_back({CostType::instance_rootfs, "rootfs", rootfs_mib * kMiB});
  return input;
}

CostInput store(std::uint64_t bytes, Payment payment) {
  CostInput input;
  input.payment = payment;
  input.store_bytes = bytes;
  return input;
}

std::string total(const CostInput& input, const PriceTable& prices = {}) {
  const auto cost = cost_of(input, prices);
  return cost ? cost->total.tokens_text() : cost.error().text;
}

TEST(Prices, APublishedTableReplacesOnlyTheProductsItNames) {
  PriceTable prices;
  ASSERT_TRUE(prices.replace_pricing(R"({"instance": {"price": {"compute_unit": {"holding": "2000", "credit": 1.5e1}},
      "compute_unit": {"vcpus": 1, "memory_mib": 4096, "disk_mib": 10}, "tiers": [{"id": "t", "compute_units": 3}]},
      "something_new": 7})"));
  EXPECT_EQ(prices.of(Product::instance).compute.hold, decimal("2000"));
  EXPECT_EQ(prices.of(Product::instance).compute.credit_per_hour, decimal("15"));
  EXPECT_EQ(prices.of(Product::instance).compute.stream_per_hour, decimal("0"));  // missing price = 0
  EXPECT_EQ(prices.of(Product::instance).storage.hold, decimal("0"));
  EXPECT_EQ(prices.of(Product::instance).unit.memory_mib, 4096u);
  ASSERT_EQ(prices.of(Product::instance).tiers.size(), 1u);
  EXPECT_EQ(prices.of(Product::program).compute.hold, decimal("200"));  // not named: default
}

TEST(Prices, NumbersKeepTheDigitsTheyWereWrittenWith) {
  PriceTable prices;
  // As a double this number would end ...6110833; the price table of the network has it as written.
  ASSERT_TRUE(prices.replace_pricing(R"({"storage": {"price": {"storage": {"credit": 0.17967489030626108}}}})"));
  EXPECT_EQ(prices.of(Product::storage).storage.credit_per_hour, decimal("0.17967489030626108"));
}

TEST(Prices, AnUnreadableTableChangesNothing) {
  PriceTable prices;
  for (const char* text : {"[]", "{", R"({"storage": 5})", R"({"storage": {"price": {"storage": {"holding": -1}}}})",
                           R"({"storage": {"price": {"storage": {"holding": "1e18"}}}})",
                           R"({"instance": {"compute_unit": {"memory_mib": 0}}})", R"({"instance": {"tiers": 4}})",
                           R"({"instance": {"tiers": [{"compute_units": 1.5}]}})"}) {
    const auto result = prices.replace_pricing(text);
    EXPECT_FALSE(result.ok()) << text;
  }
  EXPECT_EQ(prices.of(Product::storage).storage.hold, decimal("0.333333333"));
}

TEST(Prices, TheFirstMatchingGpuCounts) {
  PriceTable prices;
  EXPECT_EQ(prices.gpu_model("10de:2685"), "RTX 5090");  // also listed as RTX 4090, later
  EXPECT_FALSE(prices.gpu_tier("RTX 5090").has_value());
  EXPECT_EQ(prices.gpu_model("10de:2684"), "RTX 4090");
  EXPECT_EQ(prices.gpu_tier("H100")->compute_units, 24u);
  EXPECT_FALSE(prices.gpu_model("10de:ffff").has_value());
  ASSERT_TRUE(prices.replace_settings(
      R"({"compatible_gpus": [{"device_id": "10de:ffff", "model": "H100"}, 5], "community_wallet_timestamp": 7})"));
  EXPECT_EQ(prices.gpu_model("10de:ffff"), "H100");
  EXPECT_FALSE(prices.gpu_model("10de:2684").has_value());
  EXPECT_EQ(prices.community_wallet_since(), at(7));
  EXPECT_EQ(prices.community_wallet(), "0x5aBd3258C5492fD378EBC2e0017416E199e5Da56");
}

TEST(Cost, FilesOfUnknownSizeCostNothing) {
  CostInput input = instance(1, 2048, 20480, Payment::hold);
  input.volumes.push_back({CostType::volume_immutable, "#0:/data", std::nullopt});
  const auto cost = cost_of(input, PriceTable());
  ASSERT_TRUE(cost.ok());
  EXPECT_EQ(cost->lines.size(), 3u);  // execution, rootfs, discount
  CostInput unknown;
  unknown.store_bytes = std::nullopt;
  EXPECT_TRUE(cost_of(unknown, PriceTable())->lines.empty());
  EXPECT_TRUE(cost_of(store(0, Payment::credit), PriceTable())->lines.empty());
}

TEST(Cost, ACreditStoreIsBilledAtLeastTwentyFiveMib) {
  EXPECT_EQ(total(store(1, Payment::credit)), total(store(25 * kMiB, Payment::credit)));
  EXPECT_NE(total(store(25 * kMiB + 1, Payment::credit)), total(store(25 * kMiB, Payment::credit)));
  EXPECT_EQ(total(store(1, Payment::hold)), "0.000000317891438484");
}

TEST(Cost, InternetDoublesOnDemandProgramsOnly) {
  CostInput program;
  program.kind = PaidKind::program;
  program.internet = true;
  EXPECT_EQ(total(program), "400.000000000000000000");
  program.persistent = true;
  EXPECT_EQ(total(program), "1000.000000000000000000");
  CostInput machine = instance(1, 2048, 1, Payment::hold);
  machine.internet = true;
  EXPECT_EQ(total(machine), "1000.000000000000000000");
}

TEST(Cost, ConfidentialGpuInstancesPayForTheirCards) {
  CostInput input = instance(1, 2048, 1, Payment::credit);
  input.confidential = true;
  input.gpus = {"10de:26b9"};
  EXPECT_EQ(*product_of(input, PriceTable()), Product::instance_confidential);
  const auto cost = cost_of(input, PriceTable());
  ASSERT_TRUE(cost.ok());
  EXPECT_EQ(cost->lines.front().name, "instance_gpu_standard");
  EXPECT_EQ(cost->compute_units, 12u);
}

TEST(Cost, AGpuWithoutPriceIsAFailureAndNotFree) {
  CostInput input = instance(1, 2048, 1, Payment::credit);
  input.gpus = {"10de:2685"};
  EXPECT_FALSE(cost_of(input, PriceTable()).ok());
  input.gpus = {"10de:ffff"};
  EXPECT_FALSE(cost_of(input, PriceTable()).ok());
  EXPECT_FALSE(product_of(input, PriceTable()).ok());
}

TEST(Cost, TheThreeColumnsOfThePriceApiHaveTheSameLines) {
  const CostInput input = instance(2, 8192, 100000, Payment::credit);
  for (const Payment unit : {Payment::hold, Payment::superfluid, Payment::credit}) {
    const auto cost = cost_in(input, unit, PriceTable());
    ASSERT_TRUE(cost.ok());
    ASSERT_EQ(cost->lines.size(), 3u);
    EXPECT_EQ(cost->lines[1].type, CostType::instance_rootfs);
    EXPECT_EQ(cost_type_name(cost->lines[2].type), "EXECUTION_VOLUME_DISCOUNT");
  }
}

TEST(Cost, VerifiableProgramsPayForExecutionOnly) {
  CostInput input;
  input.kind = PaidKind::verifiable_program;
  input.payment = Payment::credit;
  input.vcpus = 2;
  input.memory_mib = 2048;
  EXPECT_EQ(total(input), "15.833333333333333333");
}

PaidMessage paid(PaidKind kind, Payment payment, std::int64_t time, std::optional<std::uint64_t> bytes = {}) {
  return {.kind = kind,
          .payment = payment,
          .persistent = false,
          .store_bytes = bytes,
          .content_time = at(time),
          .envelope_time = at(0),
          .confirmed = {}};
}

TEST(Rules, CutOffsForHoldAndStream) {
  const PaymentRules rules;
  EXPECT_TRUE(payment_allowed(paid(PaidKind::instance, Payment::hold, 1'773'187'199), rules));
  EXPECT_FALSE(payment_allowed(paid(PaidKind::instance, Payment::superfluid, 1'773'187'200), rules));
  EXPECT_TRUE(payment_allowed(paid(PaidKind::instance, Payment::credit, 1'773'187'200), rules));
  PaidMessage program = paid(PaidKind::program, Payment::hold, 1'773'187'200);
  EXPECT_TRUE(payment_allowed(program, rules));
  program.persistent = true;
  EXPECT_FALSE(payment_allowed(program, rules));
  EXPECT_TRUE(payment_allowed(paid(PaidKind::store, Payment::hold, 1'798'761'599), rules));
  EXPECT_FALSE(payment_allowed(paid(PaidKind::store, Payment::hold, 1'798'761'600, 5), rules));
}

TEST(Rules, ARelayCannotMoveAMessageAcrossACutOffUnlessAskedTo) {
  PaymentRules rules;
  const PaidMessage message = paid(PaidKind::store, Payment::hold, 1'798'761'600);  // its envelope says 1970
  EXPECT_FALSE(payment_allowed(message, rules));
  rules.cut_offs_by_envelope_time = true;
  EXPECT_TRUE(payment_allowed(message, rules));
}

TEST(Rules, SmallFilesAreFreeToAcceptAndStay) {
  const PaymentRules rules;
  EXPECT_TRUE(admission_free(paid(PaidKind::store, Payment::hold, 1'780'000'000, 25 * kMiB), rules));
  EXPECT_FALSE(admission_free(paid(PaidKind::store, Payment::hold, 1'780'000'000, 25 * kMiB + 1), rules));
  EXPECT_FALSE(admission_free(paid(PaidKind::store, Payment::credit, 1'780'000'000, 1), rules));
  EXPECT_FALSE(removable(paid(PaidKind::store, Payment::hold, 1'780'000'000, 25 * kMiB), rules));
  EXPECT_FALSE(removable(paid(PaidKind::store, Payment::credit, 1'780'000'000, 25 * kMiB), rules));
  EXPECT_TRUE(removable(paid(PaidKind::store, Payment::credit, 1'798'761'600, 25 * kMiB), rules));
  EXPECT_TRUE(admission_free(paid(PaidKind::instance, Payment::superfluid, 1'760'000'000), rules));
}

TEST(Rules, OldFilesAndProgramsAreFreeByHeightOrWhileUnconfirmedByTime) {
  PaymentRules rules;
  PaidMessage message = paid(PaidKind::store, Payment::hold, 1'743'775'078, 100 * kMiB);
  EXPECT_TRUE(admission_free(message, rules));
  message.confirmed = FirstConfirmation{.height = 22'196'000, .time = at(1)};
  EXPECT_FALSE(admission_free(message, rules));
  EXPECT_TRUE(removable(message, rules));
  message.confirmed->height -= 1;
  EXPECT_TRUE(admission_free(message, rules));
  EXPECT_FALSE(removable(message, rules));
  rules.old_messages_free = false;
  EXPECT_FALSE(admission_free(message, rules));
  // An old instance pays like any other, but is not removed by the height rule.
  PaidMessage machine = paid(PaidKind::instance, Payment::hold, 1'743'775'078);
  EXPECT_FALSE(admission_free(machine, PaymentRules()));
  EXPECT_FALSE(removable(machine, PaymentRules()));
}

}  // namespace
}  // namespace lastmile::economy
