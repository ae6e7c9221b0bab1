// Accounts: known addresses of known keys, derivation written out by hand, canonical spelling.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "core/crypto/account.hpp"
#include "core/crypto/hash.hpp"

namespace lastmile::crypto {
namespace {

PrivateKey key_of(std::string_view hex) {
  const Bytes bytes = from_hex(hex).value();
  PrivateKey key{};
  std::copy(bytes.begin(), bytes.end(), key.begin());
  return key;
}

PrivateKey one() {
  PrivateKey key{};
  key.back() = 1;
  return key;
}

TEST(Account, AddressesOfWellKnownKeys) {
  EXPECT_EQ(Account::from_private_key(Chain::ETH, one()).address(), "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf");
  // The first account of every local development chain.
  EXPECT_EQ(
      Account::from_private_key(Chain::ETH, key_of("ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"))
          .address(),
      "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266");
  // RFC 8032, test 1.
  EXPECT_EQ(to_hex(Account::from_private_key(Chain::SOL,
                                             key_of("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"))
                       .public_key()),
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
  // Alice.
  EXPECT_EQ(
      Account::from_private_key(Chain::DOT, key_of("e5be9a5092b81bca64be81d212e7f2f9eba183bb7a90954f7b76361f6edb5c0a"))
          .address(),
      "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY");
}

TEST(Account, Eip55Spelling) {
  for (const char* address :
       {"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
        "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB", "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
        "0x52908400098527886E0F7030069857D2E4169EE7", "0xde709f2102306220921060314715629080e2fb77"}) {
    const Bytes bytes = from_hex(std::string_view(address).substr(2)).value();
    std::array<std::uint8_t, 20> raw{};
    std::copy(bytes.begin(), bytes.end(), raw.begin());
    EXPECT_EQ(eip55_address(raw), address);
  }
}

TEST(Account, DerivationIsTheDocumentedHash) {
  Bytes input = to_bytes("lastmile account");
  append(input, from_hex("0000000000000007").value());
  append(input, "ETH");
  append(input, from_hex("0000000000000102").value());
  const Account by_hand = Account::from_private_key(Chain::ETH, sha256(input).bytes);
  EXPECT_EQ(Account::derive(Chain::ETH, 7, 0x102).address(), by_hand.address());
}

// Fixed for good: recorded runs name these addresses.
TEST(Account, DerivedAddressesNeverChange) {
  EXPECT_EQ(Account::derive(Chain::SOL, 1, 0).address(), "GQDMEpoeu83CZCz1WBiitKYmR5i18G8fRsJ4uf6v8yYS");
  EXPECT_EQ(Account::derive(Chain::AVAX, 1, 0).address(), "X-avax1xsy3hj2sm9hp04nfw6fq70cnyhpzcjx943nrng");
  EXPECT_EQ(Account::derive(Chain::TEZOS, 1, 0).address(), "tz1QmMcbRjLpRE4LBt5AGJazVt56UcbHZvmJ");
  EXPECT_EQ(Account::derive(Chain::TEZOS, 1, 1).address(), "tz2B3RRyAhV417yeHp8oh4s7GYX8LCAEUm7U");
  EXPECT_EQ(Account::derive(Chain::TEZOS, 1, 2).address(), "tz3Zff4dsuL9U1LsNz3KveVJwN3B5rKte9wa");
  EXPECT_EQ(Account::derive(Chain::DOT, 1, 0).address(), "5GvHpTKzF96THv9irHy2NWkiXt1Uw24PE8NyhjwxKHngyNg7");
  EXPECT_EQ(Account::derive(Chain::CSDK, 1, 0).address(), "cosmos1fkx0y0phrvqmph833r2w3r4l0syrny9gx2wld2");
  EXPECT_EQ(Account::derive(Chain::NULS, 1, 0).address(), "NsdzXZRf7ejUQH3KZaEiB3dhjPpa5gVr");
  EXPECT_EQ(Account::derive(Chain::NULS2, 1, 0).address(), "NULSd6HgeaXFwbnTWAKZH3gTouksxS48LHVjs");
}

TEST(Account, SeedChainAndIndexAllMatter) {
  std::set<std::string> addresses;
  for (std::uint64_t seed = 0; seed < 3; ++seed) {
    for (std::uint64_t index = 0; index < 3; ++index) {
      for (const Chain chain : {Chain::ETH, Chain::BSC, Chain::SOL, Chain::ES}) {
        addresses.insert(Account::derive(chain, seed, index).address());
      }
    }
  }
  EXPECT_EQ(addresses.size(), 36U);
}

// Keys at and above the group order, and zero, still make accounts that work.
TEST(Account, AnyThirtyTwoBytesAreAKey) {
  PrivateKey full;
  full.fill(0xff);
  for (const PrivateKey& key : {PrivateKey{}, full, one()}) {
    for (const Chain chain : all_chains()) {
      if (!has_verifier(chain)) continue;
      for (const TezosCurve curve : {TezosCurve::ed25519, TezosCurve::secp256k1, TezosCurve::p256}) {
        const Account account = Account::from_private_key(chain, key, curve);
        const std::string signature = account.sign("POST", "hash");
        EXPECT_EQ(verify({chain, account.address(), "POST", "hash", 0, signature}), Verdict::valid)
            << chain_text(chain);
        if (chain != Chain::TEZOS) break;
      }
    }
  }
}

TEST(AccountDeathTest, ForeignFamilyIsAMistakeOfOurs) {
  const Account account = Account::derive(Chain::ETH, 1, 1);
  EXPECT_DEATH(account.sign({Chain::SOL, "x", "POST", "h", 0, {}}), "signature_family");
}

}  // namespace
}  // namespace lastmile::crypto
