// Signature texts of every family: first byte = chain, then the sender up to a line feed, then the signature text.
// Whatever comes in, no message verifies that nobody signed.
#include <string_view>

#include "core/base/check.hpp"
#include "core/crypto/signature.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lastmile::crypto;
  if (size == 0) return 0;
  const Chain chain = all_chains()[data[0] % kChainCount];
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::size_t line = text.find('\n');
  if (line == std::string_view::npos) return 0;
  const SignedFields fields{chain, text.substr(0, line), "POST", "nobody signed this", 1e9, text.substr(line + 1)};
  LM_CHECK(verify(fields) != Verdict::valid);
  LM_CHECK(verify(fields, {NulsForm::raw_or_printed}) != Verdict::valid);
  return 0;
}
