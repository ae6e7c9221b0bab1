// The signed fields of an envelope that a vector file holds as JSON.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "core/crypto/signature.hpp"
#include "tests/unit/vectors.hpp"

namespace lastmile::crypto::test {

// The texts of one envelope; SignedFields only refers to them. A member that is absent or no string counts as empty.
class Envelope {
 public:
  explicit Envelope(const nlohmann::json& message)
      : sender_(text(message, "sender")),
        type_(text(message, "type")),
        item_hash_(text(message, "item_hash")),
        signature_(text(message, "signature")) {
    chain_ = parse_chain(text(message, "chain"));
    if (const auto time = message.find("time"); time != message.end() && time->is_number()) time_ = time->get<double>();
  }

  bool has_known_chain() const { return chain_.has_value(); }
  SignedFields fields() const { return {*chain_, sender_, type_, item_hash_, time_, signature_}; }

 private:
  static std::string text(const nlohmann::json& message, const char* key) {
    const auto found = message.find(key);
    return found != message.end() && found->is_string() ? found->get<std::string>() : "";
  }

  std::optional<Chain> chain_;
  std::string sender_, type_, item_hash_, signature_;
  double time_ = 0;
};

}  // namespace lastmile::crypto::test
