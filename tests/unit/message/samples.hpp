// Small messages that tests start from and break in one place.
#pragma once

#include <string>
#include <string_view>

#include "core/crypto/hash.hpp"
#include "core/message/envelope.hpp"
#include "core/message/json_tools.hpp"

namespace lastmile::message::test {

inline constexpr std::string_view kOwner = "0x696879aE4F6d8DaDD5b8F1cbb1e663B89b08f106";
inline constexpr std::string_view kHash = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
inline constexpr std::string_view kCidV0 = "QmWx3j1gSQUrBkYnA8wiuhmE5wGuVNKv5wW6L7RHgLi4H4";
inline constexpr std::string_view kCidV1 = "bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi";

inline std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  if (at != std::string::npos) text.replace(at, from.size(), to);
  return text;
}

inline std::string hash_text(std::string_view content) { return ItemHash::of(crypto::sha256(content)).text(); }

// {"address":...,"time":1700000000.5 <more>}
inline std::string content_text(std::string_view more) {
  return R"({"address":")" + std::string(kOwner) + R"(","time":1700000000.5)" + std::string(more) + "}";
}

inline std::string quoted(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

// An inline POST around this content, with the right hash and any signature.
inline std::string inline_post(std::string_view content) {
  return R"({"chain":"ETH","channel":"TEST","item_content":)" + quoted(content) + R"(,"item_hash":")" +
         hash_text(content) + R"(","item_type":"inline","sender":")" + std::string(kOwner) +
         R"(","signature":"0x00","time":1700000001.25,"type":"POST"})";
}

// A message whose content lies under this name.
inline std::string remote_post(std::string_view item_type, std::string_view item_hash) {
  return R"({"chain":"ETH","item_hash":")" + std::string(item_hash) + R"(","item_type":")" + std::string(item_type) +
         R"(","sender":")" + std::string(kOwner) + R"(","signature":"0x00","time":1700000001.25,"type":"POST"})";
}

}  // namespace lastmile::message::test
