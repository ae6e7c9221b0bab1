#include "core/economy/content_cost.hpp"

#include <gtest/gtest.h>

#include "tests/unit/economy/names.hpp"

namespace lastmile::economy {
namespace {

TEST(ContentCost, ContentsBecomeInputsWithNamedVolumes) {
  message::Content content;
  message::Instance body;
  body.rootfs.size_mib = 20480;
  body.execution.resources = {.vcpus = 2, .memory_mib = 4096, .seconds = 1, .published_ports = {}};
  body.execution.payment = message::Payment{.type = Payment::credit, .chain = {}, .receiver = {}};
  message::ImmutableVolume data;
  data.texts.mount = "/data";
  data.file.ref = hash_of(7);
  body.execution.volumes = {
      data, message::EphemeralVolume{.texts = {}, .size_mib = 5},
      message::PersistentVolume{.texts = {}, .size_mib = 6, .name = {}, .persistence = {}, .parent = {}}};
  content.body = body;
  const FileSizes sizes{.file = [](const message::ItemHash&) { return std::optional<std::uint64_t>(); },
                        .referenced =
                            [](const message::FileRef& ref) {
                              return ref.ref == hash_of(7) ? std::optional<std::uint64_t>(42) : std::nullopt;
                            }};
  const auto input = cost_input(content, sizes);
  ASSERT_TRUE(input.has_value());
  EXPECT_EQ(input->vcpus, 2u);
  EXPECT_EQ(input->payment, Payment::credit);
  ASSERT_EQ(input->volumes.size(), 4u);
  EXPECT_EQ(input->volumes[0].name, "EXECUTION_INSTANCE_VOLUME_ROOTFS");
  EXPECT_EQ(input->volumes[1].name, "#0:/data");
  EXPECT_EQ(input->volumes[1].bytes, 42u);
  EXPECT_EQ(input->volumes[2].name, "#1:EXECUTION_VOLUME_PERSISTENT");
  EXPECT_EQ(input->volumes[3].bytes, 6 * kMiB);
  content.body = message::Post{};
  EXPECT_FALSE(cost_input(content, sizes).has_value());
  EXPECT_FALSE(paid_message(content, at(0), {}, {}).has_value());
}

}  // namespace
}  // namespace lastmile::economy
