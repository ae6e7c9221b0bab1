#pragma once

#include <span>
#include <string_view>

#include "core/base/random.hpp"
#include "core/env/rare_path.hpp"

namespace lastmile::env {

// stream(name) gives the node's generator for one purpose: same name, same object, for the life of the node; streams of
// different names are independent. The reference stays valid as long as this object. In the simulator it is derived
// from (seed, node, incarnation, name), in the real world from the operating system. secret() is for keys and nonces
// and has nothing to do with the streams.
//
// happens() asks whether something rare happens at this place now, beside what happens there for a reason. Only a
// simulator ever says yes, when its scenario made it likely. Whoever asks treats a yes as it treats the reason itself,
// so that nothing is promised less by it: a scenario may make rare what is promised, but not break it.
class Random {
 public:
  virtual ~Random() = default;
  virtual Generator& stream(std::string_view name) = 0;
  virtual void secret(std::span<std::uint8_t> out) = 0;
  virtual bool happens(RarePath path) = 0;
};

}  // namespace lastmile::env
