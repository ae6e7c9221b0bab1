// Keystores from anywhere: read without a password they give a head or an error. The costly part is left out, for it
// comes after every check but the last.
#include "core/base/check.hpp"
#include "real/keys/web3_keystore.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lastmile;
  const auto text = as_text({data, size});
  const auto head = real::keystore_head(text);
  if (!head && !real::decrypt_key(text, "").ok()) return 0;
  return 0;
}
