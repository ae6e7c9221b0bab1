// What each family's verifier accepts beside the plain form, and what it must refuse. Real messages are in
// conformance_signature_test.cpp, signatures of other libraries in sdk_signature_test.cpp.
#include <gtest/gtest.h>

#include <limits>
#include <thread>

#include "core/crypto/account.hpp"
#include "core/crypto/base58.hpp"
#include "core/crypto/base64.hpp"
#include "core/crypto/hash.hpp"
#include "core/crypto/scheme/micheline.hpp"
#include "core/crypto/scheme/signature_json.hpp"
#include "core/crypto/signature.hpp"

namespace lastmile::crypto {
namespace {

const std::string kHash(64, 'a');

// A signed message whose texts a test can change one by one.
struct Signed {
  explicit Signed(Chain c, std::uint64_t index = 0, SigningForm form = SigningForm::plain, double t = 1700000000.25)
      : account(Account::derive(c, 11, index)),
        chain(c),
        sender(account.address()),
        time(t),
        signature(account.sign("POST", kHash, t, form)) {}

  Verdict verdict(VerifyOptions options = {}) const {
    return verify({chain, sender, type, item_hash, time, signature}, options);
  }
  bool valid() const { return verdict() == Verdict::valid; }
  Signed with_signature(std::string text) const {
    Signed copy = *this;
    copy.signature = std::move(text);
    return copy;
  }

  Account account;
  Chain chain;
  std::string sender;
  std::string type = "POST";
  std::string item_hash = kHash;
  double time;
  std::string signature;
};

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from << " in " << text;
  if (at != std::string::npos) text.replace(at, from.size(), to);
  return text;
}

TEST(VerificationBuffer, FourFieldsWithoutFinalLineFeed) {
  EXPECT_EQ(verification_buffer({Chain::ETH, "0xA07B", "POST", "f524", 0, "ignored"}), "ETH\n0xA07B\nPOST\nf524");
}

TEST(Evm, PrefixIsOptionalAndHexDigitsMayBeUpperCase) {
  const Signed message(Chain::ETH);
  EXPECT_TRUE(message.valid());
  EXPECT_TRUE(message.with_signature(message.signature.substr(2)).valid());
  std::string upper = message.signature.substr(2);
  for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  EXPECT_TRUE(message.with_signature("0X" + upper).valid());
}

// v as 27/28, 0/1, or with a chain id in it (35 + 2 * id + parity); nothing else.
TEST(Evm, FormsOfV) {
  const Signed message(Chain::BASE);
  Bytes bytes = from_hex(message.signature.substr(2)).value();
  const int parity = bytes.back() - 27;
  for (int v = 0; v < 256; ++v) {
    bytes.back() = static_cast<std::uint8_t>(v);
    const bool names_parity = v == parity || v == 27 + parity || (v >= 35 && (v - 35) % 2 == parity);
    EXPECT_EQ(message.with_signature(to_hex(bytes)).valid(), names_parity) << "v = " << v;
  }
}

// n - s with the other parity is the same signature; nothing in the protocol asks for the low one.
TEST(Evm, HighSIsAccepted) {
  const Signed message(Chain::ETH);
  Bytes bytes = from_hex(message.signature.substr(2)).value();
  const Bytes order = from_hex("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141").value();
  int borrow = 0;
  for (std::size_t i = 32; i-- > 0;) {
    const int difference = order[i] - bytes[32 + i] - borrow;
    borrow = difference < 0 ? 1 : 0;
    bytes[32 + i] = static_cast<std::uint8_t>(difference);
  }
  EXPECT_FALSE(message.with_signature(to_hex(bytes)).valid());
  bytes.back() = static_cast<std::uint8_t>(55 - bytes.back());  // 27 <-> 28
  EXPECT_TRUE(message.with_signature(to_hex(bytes)).valid());
}

TEST(Evm, AnySpellingOfTheSenderVerifiesIfThatSpellingWasSigned) {
  Signed message(Chain::ETH);
  for (char& c : message.sender) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  EXPECT_FALSE(message.valid()) << "another spelling than the signed one";
  message.signature = message.account.sign({message.chain, message.sender, message.type, message.item_hash, 0, {}});
  EXPECT_TRUE(message.valid());
}

TEST(Evm, AuroraAndSomniaAreKnownButHaveNoVerifier) {
  EXPECT_EQ(Signed(Chain::AURORA).verdict(), Verdict::unsupported_chain);
  EXPECT_EQ(Signed(Chain::STT).verdict(), Verdict::unsupported_chain);
  EXPECT_EQ(Signed(Chain::STT).with_signature("").verdict(), Verdict::unsupported_chain);
}

TEST(Evm, OneAccountSignsForEveryChainOfItsFamily) {
  const Account account = Account::derive(Chain::ETH, 1, 1);
  const std::string signature = account.sign({Chain::ZORA, account.address(), "POST", kHash, 0, {}});
  EXPECT_EQ(verify({Chain::ZORA, account.address(), "POST", kHash, 0, signature}), Verdict::valid);
  EXPECT_EQ(verify({Chain::ETH, account.address(), "POST", kHash, 0, signature}), Verdict::invalid);
}

TEST(Solana, VersionAndPublicKeyAreChecked) {
  const Signed message(Chain::SOL);
  const std::string open = message.signature.substr(0, message.signature.size() - 1);
  EXPECT_TRUE(message.with_signature(open + R"(,"version":1})").valid());
  EXPECT_TRUE(message.with_signature(open + R"(, "other": [1, {"a": null}], "version" : 1.0 })").valid());
  EXPECT_FALSE(message.with_signature(open + R"(,"version":2})").valid());
  EXPECT_FALSE(message.with_signature(open + R"(,"version":"1"})").valid());
  EXPECT_FALSE(message.with_signature(open + R"(,"version":null})").valid());
  EXPECT_FALSE(message.with_signature(open + R"(,"publicKey":"other"})").valid()) << "of repeated keys the last counts";
  EXPECT_FALSE(message.with_signature(open).valid());
  EXPECT_TRUE(Signed(Chain::ES).valid());
}

TEST(Avalanche, ChainIdIsPartOfTheSignedSenderOnly) {
  Signed message(Chain::AVAX);
  EXPECT_TRUE(message.valid());
  message.sender[0] = 'P';
  EXPECT_FALSE(message.valid()) << "P was not signed";
  message.signature = message.account.sign({message.chain, message.sender, message.type, message.item_hash, 0, {}});
  EXPECT_TRUE(message.valid());
  for (const std::string& sender : {std::string("0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf"), message.sender.substr(2),
                                    std::string("X-"), std::string("-"), std::string()}) {
    message.sender = sender;
    message.signature = message.account.sign({message.chain, sender, message.type, message.item_hash, 0, {}});
    EXPECT_FALSE(message.valid()) << sender;
  }
}

TEST(Tezos, AllThreeCurvesInBothForms) {
  const char* prefixes[] = {"tz1", "tz2", "tz3"};
  for (std::uint64_t index = 0; index < 6; ++index) {
    const Signed raw(Chain::TEZOS, index);
    EXPECT_EQ(raw.sender.substr(0, 3), prefixes[index % 3]);
    EXPECT_TRUE(raw.valid());
    EXPECT_TRUE(Signed(Chain::TEZOS, index, SigningForm::wrapped).valid());
    const std::string open = raw.signature.substr(0, raw.signature.size() - 1);
    EXPECT_TRUE(raw.with_signature(open + R"(,"signingType":"raw"})").valid());
    EXPECT_FALSE(raw.with_signature(open + R"(,"signingType":"micheline"})").valid());
    EXPECT_FALSE(raw.with_signature(open + R"(,"signingType":"packed"})").valid());
    EXPECT_FALSE(raw.with_signature(open + R"(,"signingType":null})").valid());
  }
}

TEST(Tezos, MichelineBindsTheMillisecondAndTheDapp) {
  Signed message(Chain::TEZOS, 2, SigningForm::wrapped, 1663944079.029);
  EXPECT_TRUE(message.valid());
  message.time += 0.0004;
  EXPECT_TRUE(message.valid()) << "below a millisecond the time is cut off";
  message.time += 0.001;
  EXPECT_FALSE(message.valid());
  message.time = std::numeric_limits<double>::quiet_NaN();
  EXPECT_FALSE(message.valid());
  message.time = 1663944079.029;
  const std::string open = message.signature.substr(0, message.signature.size() - 1);
  EXPECT_TRUE(message.with_signature(open + R"(,"dAppUrl":"aleph.im"})").valid());
  EXPECT_FALSE(message.with_signature(open + R"(,"dAppUrl":"example.org"})").valid());
}

// The generic prefix fits every curve, another curve's prefix none.
TEST(Tezos, SignaturePrefixes) {
  const Bytes generic = {4, 130, 43};
  const Bytes prefixes[] = {{9, 245, 205, 134, 18}, {13, 115, 101, 19, 63}, {54, 240, 44, 52}};
  for (std::size_t curve = 0; curve < 3; ++curve) {
    const Signed message(Chain::TEZOS, curve);
    const std::string text = scheme::SignatureJson::parse(message.signature)->text("/signature").value();
    const Bytes bytes = base58check_decode(prefixes[curve], 64, text).value();
    const auto under = [&](const Bytes& prefix) {
      return message.with_signature(replaced(message.signature, text, base58check_encode(prefix, bytes)));
    };
    EXPECT_TRUE(under(generic).valid());
    for (std::size_t other = 0; other < 3; ++other) EXPECT_EQ(under(prefixes[other]).valid(), other == curve);
  }
}

TEST(Tezos, Timestamps) {
  using scheme::micheline_timestamp;
  EXPECT_EQ(micheline_timestamp(0), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(micheline_timestamp(1663944079.029), "2022-09-23T14:41:19.029Z");
  EXPECT_EQ(micheline_timestamp(951782400), "2000-02-29T00:00:00.000Z");
  EXPECT_EQ(micheline_timestamp(1.9999994), "1970-01-01T00:00:01.999Z");
  EXPECT_EQ(micheline_timestamp(1.9999996), "1970-01-01T00:00:02.000Z") << "rounded to microseconds before the cut";
  EXPECT_EQ(micheline_timestamp(-0.5), "1969-12-31T23:59:59.500Z");
  EXPECT_EQ(micheline_timestamp(-62135596800.0), "0001-01-01T00:00:00.000Z");
  EXPECT_EQ(micheline_timestamp(253402300799.5), "9999-12-31T23:59:59.500Z");
  for (const double bad : {253402300800.0, -62135596800.5, 1e300, -1e300, std::numeric_limits<double>::infinity(),
                           std::numeric_limits<double>::quiet_NaN()}) {
    EXPECT_FALSE(micheline_timestamp(bad)) << bad;
  }
}

TEST(Substrate, PlainAndWrappedVerify) {
  EXPECT_TRUE(Signed(Chain::DOT).valid());
  EXPECT_TRUE(Signed(Chain::DOT, 0, SigningForm::wrapped).valid());
}

TEST(Substrate, CurveAndHexPrefix) {
  const Signed message(Chain::DOT);
  EXPECT_TRUE(message.with_signature(replaced(message.signature, R"("curve":"sr25519",)", "")).valid())
      << "the default";
  EXPECT_FALSE(message.with_signature(replaced(message.signature, "sr25519", "ed25519")).valid());
  EXPECT_FALSE(message.with_signature(replaced(message.signature, "0x", "")).valid());
  EXPECT_FALSE(message.with_signature(replaced(message.signature, "0x", "0X")).valid());
}

// The same key under the prefixes of other networks: 0 Polkadot, 2 Kusama, 252 with two bytes.
TEST(Substrate, AnyNetworkPrefix) {
  Signed message(Chain::DOT);
  const Bytes prefixes[] = {{0}, {2}, {63}, {0x7f, 0x00}, {0x40, 0x01}};
  for (const Bytes& prefix : prefixes) {
    Bytes body = prefix;
    append(body, message.account.public_key());
    Bytes checked = to_bytes("SS58PRE");
    append(checked, body);
    append(body, ByteView(blake2b_512(checked)).first(2));
    message.sender = base58_encode(body);
    message.signature = message.account.sign({message.chain, message.sender, message.type, message.item_hash, 0, {}});
    EXPECT_TRUE(message.valid()) << message.sender;
    message.sender = base58_encode(ByteView(body).first(body.size() - 1));
    EXPECT_FALSE(message.valid());
  }
}

TEST(Cosmos, AnyNetworkPrefixAndForeignKeyTypes) {
  Signed message(Chain::CSDK);
  EXPECT_TRUE(message.valid());
  EXPECT_TRUE(message.with_signature(replaced(message.signature, R"("sequence":"0")", R"("sequence":"77")")).valid());
  EXPECT_FALSE(message.with_signature(replaced(message.signature, "PubKeySecp256k1", "PubKeyEd25519")).valid());
  EXPECT_FALSE(message.with_signature(replaced(message.signature, "==", "")).valid()) << "padding is required";
  EXPECT_FALSE(message.with_signature(R"({"signature":"AA==","pub_key":"text"})").valid());
}

TEST(Cosmos, SignedTextIsAscii) {
  EXPECT_EQ(scheme::json_string_ascii("a\nb\"\\\x01\x7f"), R"("a\nb\"\\\u0001\u007f")");
  EXPECT_EQ(scheme::json_string_ascii("\xc3\xa9\xf0\x9f\x98\x80"), R"("\u00e9\ud83d\ude00")");
  EXPECT_EQ(scheme::json_string_ascii("\xff"), R"("\ufffd")");
}

TEST(Nuls2, TestNetworkAndForeignHeaders) {
  Signed message(Chain::NULS2);
  EXPECT_TRUE(message.valid());
  Bytes bytes = base64_decode(message.signature).value();
  bytes.front() =
      static_cast<std::uint8_t>(bytes.front() + 4);  // the form for compressed keys, which NULS does not use
  EXPECT_FALSE(message.with_signature(base64_encode(bytes)).valid());
  // The same key on the test network: chain id 2, prefix tNULS and the letter e.
  Bytes body = {2, 0, 1};
  append(body, hash160(message.account.public_key()));
  std::uint8_t sum = 0;
  for (const std::uint8_t byte : body) sum = static_cast<std::uint8_t>(sum ^ byte);
  body.push_back(sum);
  for (const auto& [prefix, valid] : {std::pair{"tNULSe", true}, {"NULSd", false}, {"tNULSd", false}, {"", false}}) {
    message.sender = prefix + base58_encode(body);
    message.signature = message.account.sign({message.chain, message.sender, message.type, message.item_hash, 0, {}});
    EXPECT_EQ(message.valid(), valid) << message.sender;
  }
}

// What the reference's SDK of today signs: the message printed as Python prints bytes, length byte included.
TEST(NulsLegacy, PrintedFormIsASecondTryOnRequest) {
  const Signed raw(Chain::NULS);
  EXPECT_EQ(raw.verdict({NulsForm::raw}), Verdict::valid);
  EXPECT_EQ(raw.verdict({NulsForm::raw_or_printed}), Verdict::valid);
  EXPECT_EQ(raw.verdict({NulsForm::printed}), Verdict::invalid);
  for (const std::string& bad :
       {std::string("21"), std::string("2102"), raw.signature + "00", "20" + raw.signature.substr(2),
        "fd" + raw.signature.substr(2), raw.signature.substr(0, 10), std::string("zz")}) {
    EXPECT_FALSE(raw.with_signature(bad).valid()) << bad;
  }
}

TEST(Hostile, NothingCrashesOrVerifies) {
  const std::string deep(kSignatureTextMax - 1, '[');
  const std::string deep_object = [] {
    std::string text;
    while (text.size() + 6 < kSignatureTextMax) text += R"({"a":)";
    return text;
  }();
  const std::string texts[] = {"",
                               " ",
                               "0x",
                               "{}",
                               "[]",
                               "null",
                               "\"\"",
                               "{\"signature\":1}",
                               "{\"publicKey\":{}}",
                               std::string(kSignatureTextMax, 'a'),
                               std::string(1000000, '1'),
                               deep,
                               deep_object,
                               std::string(130, '0'),
                               "0x" + std::string(130, 'f'),
                               std::string(65, '\0'),
                               std::string("\xff\xfe\x00{", 4),
                               "\xef\xbb\xbf{}",
                               R"({"pub_key":[],"signature":""})",
                               R"({"version":1e999,"signature":"","publicKey":""})"};
  for (const Chain chain : all_chains()) {
    if (!has_verifier(chain)) continue;
    Signed message(chain);
    for (const std::string& text : texts) EXPECT_FALSE(message.with_signature(text).valid());
    for (const std::string& text : texts) {
      Signed other = message;
      other.sender = text;
      EXPECT_FALSE(other.valid());
      other = message;
      other.type = text;
      EXPECT_FALSE(other.valid());
      other = message;
      other.item_hash = text;
      EXPECT_FALSE(other.valid());
    }
  }
}

TEST(Threads, ManyVerifyAtOnce) {
  std::vector<Signed> messages;
  for (const Chain chain : all_chains()) {
    if (has_verifier(chain)) messages.emplace_back(chain, 2);
  }
  std::vector<std::thread> threads;
  std::array<int, 4> counts{};
  for (int& count : counts) {
    threads.emplace_back([&messages, &count] {
      for (const Signed& message : messages) count += message.valid() ? 1 : 0;
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const int count : counts) EXPECT_EQ(count, static_cast<int>(messages.size()));
}

}  // namespace
}  // namespace lastmile::crypto
