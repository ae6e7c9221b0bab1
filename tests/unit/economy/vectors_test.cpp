// The price vectors of the network (messages.md 7.4; protocol/vectors/README.md describes every field).
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "core/economy/cost.hpp"
#include "tests/unit/economy/names.hpp"

namespace lastmile::economy {
namespace {

using nlohmann::json;

// Empty when the folder or the file is not there.
std::optional<json> read_vectors(const std::string& name) {
  const char* folder = std::getenv("LASTMILE_VECTORS");
  const std::filesystem::path path = std::filesystem::path(folder != nullptr ? folder : LM_VECTORS_DEFAULT) / name;
  std::ifstream file(path);
  if (!file) return std::nullopt;
  std::stringstream text;
  text << file.rdbuf();
  return json::parse(text.str());
}

Payment payment_of(const json& item) {
  const std::string name = item.at("payment");
  if (name == "superfluid") return Payment::superfluid;
  return name == "credit" ? Payment::credit : Payment::hold;
}

void add_mib(CostInput& input, const json& item, const char* key, CostType type) {
  if (item.contains(key)) input.volumes.push_back({type, key, item.at(key).get<std::uint64_t>() * kMiB});
}

CostInput input_of(const json& item) {
  const std::string kind = item.at("kind");
  CostInput input;
  input.payment = payment_of(item);
  if (kind.starts_with("STORE")) {
    input.store_bytes = item.at("size_mib").get<std::uint64_t>() * kMiB;
    return input;
  }
  input.kind = kind.starts_with("PROGRAM") ? PaidKind::program : PaidKind::instance;
  input.confidential = kind.find("trusted_execution") != std::string::npos;
  input.persistent = kind.find("persistent") != std::string::npos;
  input.internet = kind.find("internet true") != std::string::npos;
  input.vcpus = item.at("vcpus");
  input.memory_mib = item.at("memory_mib");
  add_mib(input, item, "code_mib", CostType::program_code);
  add_mib(input, item, "runtime_mib", CostType::program_runtime);
  add_mib(input, item, "data_mib", CostType::program_data);
  add_mib(input, item, "rootfs_mib", CostType::instance_rootfs);
  for (const json& volume : item.value("volumes_mib", json::array())) {
    input.volumes.push_back({CostType::volume_persistent, "volume", volume.get<std::uint64_t>() * kMiB});
  }
  return input;
}

TEST(CostVectors, Totals) {
  const auto cases = read_vectors("costs.json");
  if (!cases) GTEST_SKIP() << "no costs.json in the vectors folder";
  std::size_t run = 0;
  for (const json& item : *cases) {
    const auto cost = cost_of(input_of(item), PriceTable());
    ASSERT_TRUE(cost.ok()) << item.at("id");
    const char* key = item.contains("expect_tokens")              ? "expect_tokens"
                      : item.contains("expect_tokens_per_second") ? "expect_tokens_per_second"
                                                                  : "expect_credits_per_second";
    EXPECT_EQ(cost->total.tokens_text(), item.at(key).get<std::string>()) << item.at("id");
    ++run;
  }
  EXPECT_GT(run, 0u);
}

// The flags that lead to a product.
void choose_product(CostInput& input, const std::string& product) {
  input.kind = product.starts_with("program") ? PaidKind::program : PaidKind::instance;
  input.persistent = product == "program_persistent";
  input.confidential = product == "instance_confidential";
}

// The first device of this model that the table would recognise as it.
std::string device_of(const PriceTable& prices, const std::string& model) {
  for (const CompatibleGpu& gpu : prices.gpus()) {
    if (gpu.model == model && prices.gpu_model(gpu.device_id) == model) return gpu.device_id;
  }
  return "no device of " + model;
}

TEST(PricingVectors, LinesOfExecutables) {
  const auto file = read_vectors("economics-pricing.json");
  if (!file) GTEST_SKIP() << "no economics-pricing.json in the vectors folder";
  const PriceTable prices;
  std::size_t run = 0;
  for (const json& item : file->at("executable")) {
    const std::string name = item.value("name", "");
    CostInput input;
    choose_product(input, item.at("product"));
    input.payment = payment_of(item);
    input.vcpus = item.at("vcpus");
    input.memory_mib = item.at("memory_mib");
    input.internet = item.at("internet");
    for (const json& model : item.at("gpus")) input.gpus.push_back(device_of(prices, model));
    for (const json& volume : item.at("volumes")) {
      // Sizes may have a fraction of a MiB.
      const double mib = volume.at("size_mib");
      input.volumes.push_back(
          {CostType::volume_persistent, volume.at("label"), static_cast<std::uint64_t>(mib * kMiB)});
    }
    const auto product = product_of(input, prices);
    ASSERT_TRUE(product.ok()) << name << ": " << product.error().text;
    EXPECT_EQ(product_name(*product), item.at("product").get<std::string>()) << name;
    EXPECT_EQ(compute_units(input.vcpus, input.memory_mib, prices.of(*product).unit),
              item.at("expected_compute_units").get<std::uint64_t>())
        << name;
    const auto cost = cost_of(input, prices);
    ASSERT_TRUE(cost.ok()) << name;
    json lines = json::array();
    for (const CostLine& line : cost->lines) {
      std::string label = line.name;
      if (line.type == CostType::execution) label = input.gpus.empty() ? "EXECUTION" : "EXECUTION:" + line.name;
      if (line.type == CostType::volume_discount) label = "DISCOUNT";
      lines.push_back(json::array({label, units_text(line.amount)}));
    }
    EXPECT_EQ(lines, item.at("expected_lines")) << name;
    EXPECT_EQ(cost->total.tokens_text(), item.at("expected_total").get<std::string>()) << name;
    ++run;
  }
  EXPECT_GT(run, 0u);
}

TEST(PricingVectors, StoredFiles) {
  const auto file = read_vectors("economics-pricing.json");
  if (!file) GTEST_SKIP() << "no economics-pricing.json in the vectors folder";
  std::size_t run = 0;
  for (const json& item : file->at("store")) {
    CostInput input;
    input.payment = payment_of(item);
    input.store_bytes = static_cast<std::uint64_t>(item.at("size_mib").get<double>() * kMiB);
    EXPECT_EQ(cost_of(input, PriceTable())->total.tokens_text(), item.at("expected").get<std::string>())
        << item.value("name", "");
    ++run;
  }
  EXPECT_GT(run, 0u);
}

TEST(PricingVectors, SplitOfAStream) {
  const auto file = read_vectors("economics-pricing.json");
  if (!file) GTEST_SKIP() << "no economics-pricing.json in the vectors folder";
  std::size_t run = 0;
  for (const json& item : file->at("stream_split")) {
    const StreamSplit split = split_stream(tokens(item.at("flow")));
    EXPECT_EQ(split.node.tokens_text(), item.at("expected_crn").get<std::string>()) << item.value("name", "");
    EXPECT_EQ(split.community.tokens_text(), item.at("expected_community").get<std::string>())
        << item.value("name", "");
    ++run;
  }
  EXPECT_GT(run, 0u);
}

}  // namespace
}  // namespace lastmile::economy
