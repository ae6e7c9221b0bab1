// Signed messages for the tests of this folder, a JSON object each: what the command `publish` of the admin socket
// takes. Every fourth is a STORE that comes with its file.
//   signed_messages COUNT SEED
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>

#include "core/base/random.hpp"
#include "core/crypto/base64.hpp"
#include "tests/signed.hpp"

int main(int argc, char** argv) {
  using namespace lastmile;
  if (argc != 3) {
    std::fputs("usage: signed_messages COUNT SEED\n", stderr);
    return 3;
  }
  const auto count = std::strtoull(argv[1], nullptr, 10);
  const auto seed = std::strtoull(argv[2], nullptr, 10);
  Generator luck(substream(seed, 0, "signed messages"));
  const auto account = crypto::Account::derive(crypto::Chain::SOL, seed, 1);
  for (std::uint64_t i = 0; i < count; ++i) {
    nlohmann::json uploads = nlohmann::json::array();
    message::Type type = message::Type::POST;
    std::string rest = "\"type\":\"note\",\"content\":{\"number\":" + std::to_string(i) + "}";
    if (i % 4 == 3) {
      std::string file(1 + luck.below(20'000), '\0');
      for (char& byte : file) byte = static_cast<char>(luck.below(256));
      const std::string hash = test::content_hash(file).text();
      type = message::Type::STORE;
      rest = "\"item_type\":\"storage\",\"item_hash\":\"" + hash + "\"";
      uploads.push_back({{"hash", hash}, {"base64", crypto::base64_encode(as_bytes(file))}});
    }
    const auto envelope = test::signed_message(account, type, test::content_of(account.address(), rest));
    const nlohmann::json line{{"hash", envelope.item_hash.text()},
                              {"signature", envelope.signature.value_or("")},
                              {"envelope", message::serialize_envelope(envelope)},
                              {"uploads", std::move(uploads)}};
    std::puts(line.dump().c_str());
  }
  return 0;
}
