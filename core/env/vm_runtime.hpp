#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/bytes.hpp"
#include "core/base/strong.hpp"
#include "core/base/time.hpp"
#include "core/env/done.hpp"

namespace lastmile::env {

struct VmTag;
using VmId = Strong<VmTag, std::uint64_t>;

enum class VmState : std::uint8_t { created, starting, running, stopped, failed };

// What a virtual machine is made of: content names are hashes in the content store.
struct VmSpec {
  std::string program;  // item hash of the PROGRAM or INSTANCE message
  std::uint32_t vcpus = 1;
  std::uint64_t memory_bytes = 0;
  std::string runtime;
  std::string code;
};

struct VmUsage {
  Duration cpu;
  std::uint64_t memory_bytes = 0;
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;
};

// Micro-VMs on this machine. Every answer comes on the loop. A failure names its reason (no capacity, image missing or
// wrong, boot time-out, guest crash); a stopped or failed VM answers nothing but usage() and snapshot removal.
class VmRuntime {
 public:
  virtual ~VmRuntime() = default;
  virtual void create(VmSpec spec, Done<VmId> done) = 0;
  virtual void start(VmId vm, Done<Unit> done) = 0;  // done when the guest answers its init protocol
  virtual void call(VmId vm, Bytes request, Duration deadline, Done<Bytes> done) = 0;
  virtual void snapshot(VmId vm, Done<std::string> done) = 0;  // name under which a later create() may resume
  virtual void stop(VmId vm, Done<Unit> done) = 0;
  virtual VmState state(VmId vm) const = 0;
  virtual VmUsage usage(VmId vm) const = 0;
};

}  // namespace lastmile::env
