// Several chains write their signature as a JSON text. This reads members of it by JSON pointer ("/pub_key/value") and
// keeps the JSON library out of headers. Of repeated keys the last one counts, as everywhere in the protocol.
#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace lastmile::crypto::scheme {

class SignatureJson {
 public:
  // Empty unless the text is one JSON object.
  static std::optional<SignatureJson> parse(std::string_view text);

  SignatureJson(SignatureJson&&) noexcept;
  SignatureJson& operator=(SignatureJson&&) noexcept;
  ~SignatureJson();

  bool has(const char* pointer) const;
  // The string at that place; empty when it is absent or not a string.
  std::optional<std::string> text(const char* pointer) const;
  // The same with a value for an absent member; a member that is there but no string stays empty.
  std::optional<std::string> text_or(const char* pointer, std::string_view absent) const;
  bool is_one(const char* pointer) const;  // the number 1, however written

 private:
  explicit SignatureJson(std::unique_ptr<const nlohmann::json> root);
  std::unique_ptr<const nlohmann::json> root_;
};

// A JSON string literal with quotes, everything beyond ASCII as \uXXXX in lower case: what Python's json.dumps and the
// Cosmos wallets write. Bytes that are no UTF-8 become U+FFFD.
std::string json_string_ascii(std::string_view text);

}  // namespace lastmile::crypto::scheme
