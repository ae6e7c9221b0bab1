// The fixtures of the suite and the one macro by which a world runs all of it.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "tests/env_conformance/world.hpp"

namespace lastmile::env_conformance {

class EnvTest : public testing::TestWithParam<Factory> {
 protected:
  // Call it after the recorders that it hands to the world were declared: they must outlive it.
  std::unique_ptr<World> make(std::size_t nodes, std::uint64_t seed = 1) const {
    return GetParam().make(WorldOptions{.nodes = nodes, .seed = seed});
  }
};

class ClockConformance : public EnvTest {};
class TimersConformance : public EnvTest {};
class NetworkConformance : public EnvTest {};
class BulkConformance : public EnvTest {};
class DiskConformance : public EnvTest {};
class BlobConformance : public EnvTest {};
class RandomConformance : public EnvTest {};
class ExecutorConformance : public EnvTest {};
class ChainConformance : public EnvTest {};

inline std::string factory_name(const testing::TestParamInfo<Factory>& info) { return info.param.name; }

}  // namespace lastmile::env_conformance

// LM_ENV_CONFORMANCE(Simulated, Factory{"sim", &make_sim_world}) inside namespace lastmile::env_conformance.
#define LM_ENV_CONFORMANCE(prefix, ...)                                                              \
  INSTANTIATE_TEST_SUITE_P(prefix, ClockConformance, testing::Values(__VA_ARGS__), factory_name);    \
  INSTANTIATE_TEST_SUITE_P(prefix, TimersConformance, testing::Values(__VA_ARGS__), factory_name);   \
  INSTANTIATE_TEST_SUITE_P(prefix, NetworkConformance, testing::Values(__VA_ARGS__), factory_name);  \
  INSTANTIATE_TEST_SUITE_P(prefix, BulkConformance, testing::Values(__VA_ARGS__), factory_name);     \
  INSTANTIATE_TEST_SUITE_P(prefix, DiskConformance, testing::Values(__VA_ARGS__), factory_name);     \
  INSTANTIATE_TEST_SUITE_P(prefix, BlobConformance, testing::Values(__VA_ARGS__), factory_name);     \
  INSTANTIATE_TEST_SUITE_P(prefix, RandomConformance, testing::Values(__VA_ARGS__), factory_name);   \
  INSTANTIATE_TEST_SUITE_P(prefix, ExecutorConformance, testing::Values(__VA_ARGS__), factory_name); \
  INSTANTIATE_TEST_SUITE_P(prefix, ChainConformance, testing::Values(__VA_ARGS__), factory_name)
