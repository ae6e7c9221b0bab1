// For every chain code and random content: what an account signs verifies, signing is deterministic, and no single
// flipped bit or changed field goes unnoticed.
#include <gtest/gtest.h>
// clang-format off
#include <rapidcheck/gtest.h>
// clang-format on

#include "core/crypto/account.hpp"
#include "core/crypto/base58.hpp"
#include "core/crypto/base64.hpp"
#include "core/crypto/multibase.hpp"
#include "core/crypto/scheme/signature_json.hpp"
#include "core/crypto/signature.hpp"

namespace lastmile::crypto {
namespace {

// The signature bytes inside a signature text, and the text with other bytes in their place and every checksum right.
struct Opened {
  Bytes bytes;
  std::size_t bits = 0;  // how many of them the mathematics protects
  std::function<std::string(const Bytes&)> close;
};

Opened inside_json(const std::string& text, const char* member, std::function<Bytes(const std::string&)> decode,
                   std::function<std::string(const Bytes&)> encode) {
  const std::string value = scheme::SignatureJson::parse(text)->text(member).value();
  Bytes bytes = decode(value);
  const std::size_t bits = bytes.size() * 8;
  return {std::move(bytes), bits, [=](const Bytes& changed) {
            std::string out = text;
            return out.replace(out.find(value), value.size(), encode(changed));
          }};
}

Opened open_tezos(const std::string& text) {
  const std::pair<const char*, Bytes> prefixes[] = {
      {"edsig", {9, 245, 205, 134, 18}}, {"spsig1", {13, 115, 101, 19, 63}}, {"p2sig", {54, 240, 44, 52}}};
  for (const auto& [name, prefix] : prefixes) {
    if (text.find(std::string(R"("signature":")") + name) == std::string::npos) continue;
    return inside_json(
        text, "/signature", [p = prefix](const std::string& v) { return base58check_decode(p, 64, v).value(); },
        [p = prefix](const Bytes& b) { return base58check_encode(p, b); });
  }
  throw std::runtime_error("no known prefix: " + text);
}

Opened open(Chain chain, const std::string& text) {
  switch (signature_family(chain)) {
    case SignatureFamily::evm: {
      Bytes bytes = from_hex(text.substr(2)).value();
      // v has several spellings of the same parity, one bit apart; they are listed in Evm.FormsOfV.
      return {bytes, 64 * 8, [](const Bytes& b) { return "0x" + to_hex(b); }};
    }
    case SignatureFamily::nuls: {
      Bytes bytes = from_hex(text).value();
      return {bytes, bytes.size() * 8, [](const Bytes& b) { return to_hex(b); }};
    }
    case SignatureFamily::nuls2: {
      Bytes bytes = base64_decode(text).value();
      return {bytes, bytes.size() * 8, [](const Bytes& b) { return base64_encode(b); }};
    }
    case SignatureFamily::avalanche: {
      Bytes bytes = cb58_decode(text).value();
      return {bytes, bytes.size() * 8, [](const Bytes& b) { return cb58_encode(b); }};
    }
    case SignatureFamily::solana:
      return inside_json(
          text, "/signature", [](const std::string& v) { return base58_decode(v).value(); },
          [](const Bytes& b) { return base58_encode(b); });
    case SignatureFamily::cosmos:
      return inside_json(
          text, "/signature", [](const std::string& v) { return base64_decode(v).value(); },
          [](const Bytes& b) { return base64_encode(b); });
    case SignatureFamily::substrate:
      return inside_json(
          text, "/data", [](const std::string& v) { return from_hex(v.substr(2)).value(); },
          [](const Bytes& b) { return "0x" + to_hex(b); });
    case SignatureFamily::tezos:
      return open_tezos(text);
  }
  throw std::runtime_error("unknown family");
}

void flip(char& c, int bit) { c = static_cast<char>(c ^ 1 << bit); }

RC_GTEST_PROP(Signatures, SignedMessagesVerifyAndNothingElseDoes, ()) {
  const auto seed = *rc::gen::arbitrary<std::uint64_t>();
  const auto index = *rc::gen::inRange<std::uint64_t>(0, 1000);
  const auto type = *rc::gen::element<std::string>("POST", "AGGREGATE", "STORE", "FORGET", "V-PROGRAM");
  const auto item_hash = *rc::gen::container<std::string>(64, rc::gen::elementOf(std::string("0123456789abcdef")));
  const double time = static_cast<double>(*rc::gen::inRange<std::int64_t>(0, 9223372036000)) / 1000;
  const auto form = *rc::gen::element(SigningForm::plain, SigningForm::wrapped);
  for (const Chain chain : all_chains()) {
    const Account account = Account::derive(chain, seed, index);
    const std::string signature = account.sign(type, item_hash, time, form);
    const SignedFields good{chain, account.address(), type, item_hash, time, signature};
    if (!has_verifier(chain)) {
      RC_ASSERT(verify(good) == Verdict::unsupported_chain);
      continue;
    }
    RC_ASSERT(verify(good) == Verdict::valid);
    RC_ASSERT(account.sign(type, item_hash, time, form) == signature);

    const Opened opened = open(chain, signature);
    RC_ASSERT(opened.close(opened.bytes) == signature);
    const auto bit = *rc::gen::inRange<std::size_t>(0, opened.bits);
    Bytes changed = opened.bytes;
    changed[bit / 8] = static_cast<std::uint8_t>(changed[bit / 8] ^ 1 << bit % 8);
    const std::string forged = opened.close(changed);
    RC_ASSERT(verify({chain, account.address(), type, item_hash, time, forged}) == Verdict::invalid);

    std::array<std::string, 3> texts = {account.address(), type, item_hash};
    std::string& text = texts[*rc::gen::inRange<std::size_t>(0, texts.size())];
    flip(text[*rc::gen::inRange<std::size_t>(0, text.size())], *rc::gen::inRange(0, 8));
    RC_ASSERT(verify({chain, texts[0], texts[1], texts[2], time, signature}) == Verdict::invalid);
  }
}

// The same account and content under another chain code of the same family is another message.
RC_GTEST_PROP(Signatures, ChainCodeIsSigned, ()) {
  const Account account = Account::derive(Chain::ETH, *rc::gen::arbitrary<std::uint64_t>(), 0);
  const std::string signature = account.sign("POST", "hash");
  for (const Chain chain : all_chains()) {
    const bool valid = verify({chain, account.address(), "POST", "hash", 0, signature}) == Verdict::valid;
    RC_ASSERT(valid == (chain == Chain::ETH));
  }
}

RC_GTEST_PROP(Signatures, ArbitraryBytesAreRefusedQuietly, (const std::string& sender, const std::string& signature)) {
  for (const Chain chain : all_chains()) {
    RC_ASSERT(verify({chain, sender, "POST", "hash", 0, signature}) != Verdict::valid);
  }
}

RC_GTEST_PROP(Encodings, RoundTrip, (const std::vector<std::uint8_t>& bytes)) {
  RC_ASSERT(base58_decode(base58_encode(bytes)) == bytes);
  RC_ASSERT(base64_decode(base64_encode(bytes)) == bytes);
  RC_ASSERT(base32_decode(base32_encode(bytes)) == bytes);
  RC_ASSERT(cb58_decode(cb58_encode(bytes)) == bytes);
  RC_ASSERT(base58check_decode(Bytes{1, 2}, bytes.size(), base58check_encode(Bytes{1, 2}, bytes)) == bytes);
  for (const Base base : {Base::base16, Base::base16_upper, Base::base32, Base::base32_upper, Base::base36,
                          Base::base58btc, Base::base64, Base::base64url}) {
    const auto decoded = multibase_decode(multibase_encode(base, bytes));
    RC_ASSERT(decoded && decoded->base == base && decoded->bytes == bytes);
  }
}

// Strictness: whatever a decoder accepts is exactly what the encoder writes, so that no value has two spellings.
RC_GTEST_PROP(Encodings, AcceptedTextsAreCanonical, ()) {
  const auto text = *rc::gen::container<std::string>(rc::gen::elementOf(std::string("abzAZ0127=+/-_QmkfBFu")));
  if (const auto bytes = base58_decode(text)) RC_ASSERT(base58_encode(*bytes) == text);
  if (const auto bytes = base64_decode(text)) RC_ASSERT(base64_encode(*bytes) == text);
  if (const auto bytes = base32_decode(text)) RC_ASSERT(base32_encode(*bytes) == text);
  if (const auto value = multibase_decode(text)) RC_ASSERT(multibase_encode(value->base, value->bytes) == text);
}

}  // namespace
}  // namespace lastmile::crypto
