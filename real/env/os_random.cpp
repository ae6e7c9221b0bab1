#include "real/env/os_random.hpp"

#include <sys/random.h>
#include <cerrno>

#include "core/base/check.hpp"

namespace lastmile::real {
namespace {

void fill_from_system(std::span<std::uint8_t> out) {
  while (!out.empty()) {
    const ssize_t got = getrandom(out.data(), out.size(), 0);
    if (got < 0) {
      LM_CHECK(errno == EINTR);  // nothing else can happen with these arguments
      continue;
    }
    out = out.subspan(static_cast<std::size_t>(got));
  }
}

std::uint64_t system_seed() {
  std::uint64_t seed = 0;
  fill_from_system({reinterpret_cast<std::uint8_t*>(&seed), sizeof seed});
  return seed;
}

}  // namespace

OsRandom::OsRandom(std::optional<std::uint64_t> seed) : seed_(seed.has_value() ? *seed : system_seed()) {}

Generator& OsRandom::stream(std::string_view name) {
  auto found = streams_.find(name);
  if (found == streams_.end()) found = streams_.emplace(name, Generator(substream(seed_, kRunScope, name))).first;
  return found->second;
}

void OsRandom::secret(std::span<std::uint8_t> out) { fill_from_system(out); }

}  // namespace lastmile::real
