// A key as somebody hands it in: any bytes. What is taken can be written and read again.
#include "core/base/check.hpp"
#include "real/ops/key_files.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lastmile;
  const auto key = real::parse_key({reinterpret_cast<const char*>(data), size});
  if (!key.ok()) return 0;
  for (const real::KeyFormat format : {real::KeyFormat::hex, real::KeyFormat::libp2p}) {
    LM_CHECK(real::parse_key(real::write_key(*key, format)).value() == *key);
  }
  return 0;
}
