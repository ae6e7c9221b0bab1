// Texts from the standards (RFC 4648, BIP-173, the base58 draft) and what the decoders must refuse.
#include <gtest/gtest.h>

#include "core/crypto/base58.hpp"
#include "core/crypto/base64.hpp"
#include "core/crypto/bech32.hpp"
#include "core/crypto/hash.hpp"
#include "core/crypto/multibase.hpp"

namespace lastmile::crypto {
namespace {

Bytes unhex(std::string_view text) { return from_hex(text).value(); }

TEST(Base58, KnownTexts) {
  EXPECT_EQ(base58_encode(as_bytes("Hello World!")), "2NEpo7TZRRrLZSi2U");
  EXPECT_EQ(base58_encode(unhex("0000287fb4cd")), "11233QC4");
  EXPECT_EQ(base58_encode({}), "");
  EXPECT_EQ(base58_decode("11233QC4"), unhex("0000287fb4cd"));
  EXPECT_EQ(base58_decode("1111"), Bytes(4, 0));
}

TEST(Base58, RefusesForeignCharactersAndHugeTexts) {
  for (const char* text : {"0", "O", "I", "l", " 1", "1 ", "a\n", "\xc3\xa9", "2NEpo7TZRRrLZSi2U="}) {
    EXPECT_FALSE(base58_decode(text)) << text;
  }
  EXPECT_TRUE(base58_decode(std::string(kBase58TextMax, 'z')));
  EXPECT_FALSE(base58_decode(std::string(kBase58TextMax + 1, 'z')));
  EXPECT_FALSE(base58_decode(std::string_view("1\0001", 3)));
}

// The address of the generator point of secp256k1 on Bitcoin.
TEST(Base58Check, PrefixPayloadAndChecksum) {
  const Bytes prefix = {0x00};
  const Bytes payload = unhex("751e76e8199196d454941c45d1b3a323f1433bd6");
  const std::string text = "1BgGZ9tcN4rm9KBzDn7KprQz87SZ26SAMH";
  EXPECT_EQ(base58check_encode(prefix, payload), text);
  EXPECT_EQ(base58check_decode(prefix, 20, text), payload);
  EXPECT_FALSE(base58check_decode(prefix, 19, text));
  EXPECT_FALSE(base58check_decode(Bytes{0x05}, 20, text));
  EXPECT_FALSE(base58check_decode(prefix, 20, "1BgGZ9tcN4rm9KBzDn7KprQz87SZ26SAMh"));
  EXPECT_FALSE(base58check_decode(prefix, 20, ""));
}

TEST(Cb58, ChecksumIsTheEndOfASingleHash) {
  const std::string text = cb58_encode(as_bytes("payload"));
  EXPECT_EQ(cb58_decode(text), to_bytes("payload"));
  Bytes by_hand = to_bytes("payload");
  append(by_hand, sha256("payload").view().last(4));
  EXPECT_EQ(text, base58_encode(by_hand));
  EXPECT_FALSE(cb58_decode(base58_encode(as_bytes("payload"))));
  EXPECT_FALSE(cb58_decode("111"));  // shorter than a checksum
}

TEST(Base64, Rfc4648) {
  const std::pair<const char*, const char*> cases[] = {{"", ""},
                                                       {"f", "Zg=="},
                                                       {"fo", "Zm8="},
                                                       {"foo", "Zm9v"},
                                                       {"foob", "Zm9vYg=="},
                                                       {"fooba", "Zm9vYmE="},
                                                       {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, text] : cases) {
    EXPECT_EQ(base64_encode(as_bytes(plain)), text);
    EXPECT_EQ(base64_decode(text), to_bytes(plain));
  }
}

TEST(Base64, IsStrict) {
  for (const char* text : {"Zg", "Zg=", "Zg===", "Z===", "====", "=", "Zm9v=", "Zh==", "Zm9=", "Zm 9", "Zm9v\n", "Zm9-",
                           "Zm9_", "Z=g=", "Zg==Zg==", "Zm9\xc3"}) {
    EXPECT_FALSE(base64_decode(text)) << text;
  }
}

TEST(Base32, Rfc4648LowerWithoutPadding) {
  const std::pair<const char*, const char*> cases[] = {{"", ""},
                                                       {"f", "my"},
                                                       {"fo", "mzxq"},
                                                       {"foo", "mzxw6"},
                                                       {"foob", "mzxw6yq"},
                                                       {"fooba", "mzxw6ytb"},
                                                       {"foobar", "mzxw6ytboi"}};
  for (const auto& [plain, text] : cases) {
    EXPECT_EQ(base32_encode(as_bytes(plain)), text);
    EXPECT_EQ(base32_decode(text), to_bytes(plain));
  }
  // Wrong case, padding, left-over bits, a length no encoder writes, digits outside the alphabet.
  for (const char* text : {"MY", "my======", "mz", "m", "mzx", "mzxw6y", "m1", "m8", "mzxw6ytboj"}) {
    EXPECT_FALSE(base32_decode(text)) << text;
  }
}

TEST(Multibase, PrefixNamesTheEncoding) {
  EXPECT_EQ(multibase_encode(Base::base16_upper, unhex("00ff")), "F00FF");
  EXPECT_EQ(multibase_encode(Base::base32_upper, unhex("ff")), "B74");
  for (const char* text :
       {"", "x00", "f0", "f0G", "F0a", "fFF", "Bmy", "z0", "kA", "mZg==", "u/w", "m_w", "Qmabc", " f00"}) {
    EXPECT_FALSE(multibase_decode(text)) << text;
  }
  EXPECT_TRUE(multibase_decode("f"));
  EXPECT_FALSE(multibase_decode("k" + std::string(kMultibaseQuadraticTextMax + 1, 'a')));
}

// The valid and invalid strings of BIP-173, as far as they hold whole bytes.
TEST(Bech32, Bip173) {
  const auto empty = bech32_decode("A12UEL5L");
  ASSERT_TRUE(empty);
  EXPECT_EQ(empty->prefix, "a");
  EXPECT_TRUE(empty->data.empty());
  EXPECT_EQ(bech32_encode("a", {}), "a12uel5l");
  EXPECT_TRUE(
      bech32_decode("an83characterlonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio1tt5tgs"));
  const auto abcdef = bech32_decode("abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw");
  ASSERT_TRUE(abcdef);
  EXPECT_EQ(to_hex(abcdef->data), "00443214c74254b635cf84653a56d7c675be77df");
  EXPECT_EQ(bech32_encode("abcdef", abcdef->data), "abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw");
  // NOLINTNEXTLINE(bugprone-suspicious-missing-comma): an escape ends where its text does
  for (const char* text : {"\x20"
                           "1nwldj5",
                           "\x7f"
                           "1axkwrx",
                           "\x80"
                           "1eym55h",
                           "pzry9x0s0muk", "1pzry9x0s0muk", "x1b4n0q5v", "li1dgmt3", "de1lg7wt\xff", "A1G7SGD8",
                           "10a06t8", "1qzzfhee", "", "1",
                           "A12UEl5L",                                       // mixed case
                           "abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxv",  // one character changed
                           "a1lqfn3a"}) {                                    // bech32m, not bech32
    EXPECT_FALSE(bech32_decode(text)) << text;
  }
}

TEST(Bech32, LimitsAreRefusedNotReached) {
  EXPECT_FALSE(bech32_encode("", {}));
  EXPECT_FALSE(bech32_encode("Upper", {}));
  EXPECT_FALSE(bech32_encode("a\n", {}));
  EXPECT_FALSE(bech32_encode(std::string(kBech32TextMax, 'a'), {}));
  EXPECT_FALSE(bech32_encode("a", Bytes(kBech32TextMax, 0)));
  EXPECT_FALSE(bech32_decode(std::string(100000, 'q')));
}

// Right checksums over groups that are no whole bytes: one group, bits that are not zero, a group too many.
TEST(Bech32, LeftOverBitsAreRefused) {
  EXPECT_EQ(bech32_decode("a1qqqd87cq")->data, Bytes{0});
  for (const char* text : {"a1q3g6mn3", "a1qpamnt9j", "a1qqqd87cpp"}) {
    EXPECT_FALSE(bech32_decode(text)) << text;
  }
}

}  // namespace
}  // namespace lastmile::crypto
