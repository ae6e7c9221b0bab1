#include "core/crypto/base64.hpp"

#include "core/crypto/bit_groups.hpp"

namespace lastmile::crypto {

std::string base64_encode(ByteView bytes) {
  std::string text = kBase64.encode(bytes);
  while (text.size() % 4 != 0) text.push_back('=');
  return text;
}

std::optional<Bytes> base64_decode(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  for (int i = 0; i < 2 && text.ends_with('='); ++i) text.remove_suffix(1);
  return kBase64.decode(text);
}

}  // namespace lastmile::crypto
