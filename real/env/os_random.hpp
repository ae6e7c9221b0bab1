#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "core/env/random.hpp"

namespace lastmile::real {

// Streams are keyed by a seed from the operating system, or by a given one in tests and in nodes of a rig that should
// share their luck. secret() always asks the operating system.
class OsRandom final : public env::Random {
 public:
  explicit OsRandom(std::optional<std::uint64_t> seed = std::nullopt);
  Generator& stream(std::string_view name) override;
  void secret(std::span<std::uint8_t> out) override;
  bool happens(env::RarePath) override { return false; }  // it happens when it does

 private:
  std::uint64_t seed_;
  std::map<std::string, Generator, std::less<>> streams_;
};

}  // namespace lastmile::real
