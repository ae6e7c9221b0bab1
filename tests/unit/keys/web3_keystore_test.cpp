// Keys under a password: those of other wallets open, ours come back, and whatever is wrong is said.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <nlohmann/json.hpp>

#include "real/env/os_random.hpp"
#include "real/keys/secret.hpp"
#include "real/keys/web3_keystore.hpp"

namespace lastmile::real {
namespace {

using nlohmann::json;

// The two examples of the format's definition: one key, password "testpassword".
constexpr const char* kExampleKey = "7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d";
constexpr const char* kPassword = "testpassword";

json pbkdf2_example() {
  return json::parse(R"({"crypto":{"cipher":"aes-128-ctr","cipherparams":{"iv":"6087dab2f9fdbbfaddc31a909735c1e6"},
    "ciphertext":"5318b4d5bcd28de64ee5559e671353e16f075ecae9f99c7a79a38af5f869aa46","kdf":"pbkdf2",
    "kdfparams":{"c":262144,"dklen":32,"prf":"hmac-sha256","salt":"ae3cd4e7013836a3df6bd7241b12db061dbe2c6785853cce422d148a624ce0bd"},
    "mac":"517ead924a9d0dc3124507e3393d175ce3ff7c1e96529c6c555ce9e51205e9b2"},"id":"3198bc9c-6672-5ab3-d995-4942343ae5b6","version":3})");
}

json scrypt_example() {
  return json::parse(R"({"crypto":{"cipher":"aes-128-ctr","cipherparams":{"iv":"83dbcc02d8ccb40e466191a123791e0e"},
    "ciphertext":"d172bf743a674da9cdad04534d56926ef8358534d458fffccd4e6ad2fbde479c","kdf":"scrypt",
    "kdfparams":{"dklen":32,"n":262144,"p":8,"r":1,"salt":"ab0c7876052600dd703518d6fc3fe8984592145b591fc8fb5c6d43190334ba19"},
    "mac":"2103ac29920d71da29f15d75b4a16dbe95cfd7ff8faea1056c33131d846e3097"},"id":"3198bc9c-6672-5ab3-d995-4942343ae5b6","version":3})");
}

std::string refusal(const json& document, const char* password = kPassword) {
  const auto opened = open_keystore(document.dump(), password);
  return opened ? "opened" : opened.error().text;
}

TEST(Web3Keystore, OpensTheExamplesOfTheFormat) {
  for (const json& example : {pbkdf2_example(), scrypt_example()}) {
    const auto key = decrypt_key(example.dump(), kPassword);
    ASSERT_TRUE(key) << key.error().text;
    EXPECT_EQ(to_hex(*key), kExampleKey);
  }
}

TEST(Web3Keystore, OurOwnComeBackOnAnyChain) {
  OsRandom random(1);
  for (const crypto::Chain chain : {crypto::Chain::ETH, crypto::Chain::BASE, crypto::Chain::SOL, crypto::Chain::DOT}) {
    crypto::PrivateKey key{};
    random.secret(key);
    const std::string document = encrypt_key(chain, key, "one two", random, kScryptLight);
    const auto account = open_keystore(document, "one two");
    ASSERT_TRUE(account) << account.error().text;
    EXPECT_EQ(account->address(), crypto::Account::from_private_key(chain, key).address());
    const auto head = keystore_head(document);
    ASSERT_TRUE(head) << head.error().text;
    EXPECT_EQ(head->address, account->address());
    EXPECT_EQ(head->chain, chain);
    EXPECT_NE(encrypt_key(chain, key, "one two", random, kScryptLight), document) << "one salt twice";
  }
}

TEST(Web3Keystore, AWrongPasswordAndDamageAreTold) {
  json document = pbkdf2_example();
  document["crypto"]["kdfparams"]["c"] = 1;  // another key, and quick
  EXPECT_NE(refusal(document).find("wrong password, or a damaged file"), std::string::npos);
}

TEST(Web3Keystore, AnAddressThatIsNotTheKeysIsRefused) {
  OsRandom random(1);
  json document = json::parse(encrypt_key(crypto::Chain::ETH, {1}, "x", random, kScryptLight));
  document["address"] = std::string(40, 'a');
  EXPECT_NE(refusal(document, "x").find("address: expected 0x"), std::string::npos);
}

TEST(Web3Keystore, EveryMemberThatIsWrongIsNamed) {
  const std::vector<std::pair<json::json_pointer, json>> changes = {
      {json::json_pointer("/version"), 2},
      {json::json_pointer("/crypto"), "x"},
      {json::json_pointer("/crypto/cipher"), "aes-256-ctr"},
      {json::json_pointer("/crypto/cipherparams"), 1},
      {json::json_pointer("/crypto/cipherparams/iv"), "00"},
      {json::json_pointer("/crypto/ciphertext"), "xyz"},
      {json::json_pointer("/crypto/mac"), nullptr},
      {json::json_pointer("/crypto/kdf"), "argon2"},
      {json::json_pointer("/crypto/kdfparams"), json::array()},
      {json::json_pointer("/crypto/kdfparams/dklen"), 64},
      {json::json_pointer("/crypto/kdfparams/prf"), "hmac-md5"},
      {json::json_pointer("/crypto/kdfparams/c"), 0},
      {json::json_pointer("/crypto/kdfparams/c"), 10'000'001},
      {json::json_pointer("/crypto/kdfparams/c"), -1}};
  for (const auto& [place, value] : changes) {
    json document = pbkdf2_example();
    document[place] = value;
    std::string name = place.to_string().substr(1);
    for (char& c : name) c = c == '/' ? '.' : c;
    EXPECT_NE(refusal(document).find(name + ": expected"), std::string::npos) << name << ": " << refusal(document);
  }
  for (const json& cost :
       {json{{"n", 3}}, json{{"n", 1ULL << 40}}, json{{"r", 1U << 30}}, json{{"p", 17}}, json{{"n", 0}}}) {
    json document = scrypt_example();
    document["crypto"]["kdfparams"].update(cost);
    EXPECT_NE(refusal(document).find("at most 1 GiB"), std::string::npos) << cost;
  }
  EXPECT_FALSE(keystore_head("[]"));
  EXPECT_FALSE(keystore_head(std::string(kKeystoreBytesMax + 1, ' ')));
  EXPECT_FALSE(keystore_head(std::string(60000, '[')));
}

class SecretFile : public testing::Test {
 protected:
  std::string put(const std::string& text, mode_t mode) {
    path_ = testing::TempDir() + "lastmile-secret-" + std::to_string(::getpid());
    const int fd = ::open(path_.c_str(), O_CREAT | O_WRONLY | O_TRUNC, 0600);
    EXPECT_EQ(::write(fd, text.data(), text.size()), static_cast<ssize_t>(text.size()));
    ::fchmod(fd, mode);
    ::close(fd);
    return path_;
  }
  ~SecretFile() override { ::unlink(path_.c_str()); }
  std::string path_;
};

TEST_F(SecretFile, OneLineEndIsNotPartOfIt) {
  EXPECT_EQ(read_secret_file(put("two words \n", 0600))->view(), "two words ");
  EXPECT_EQ(read_secret_file(put("x", 0600))->view(), "x");
}

TEST_F(SecretFile, WhatOthersReadIsRefusedAndSoIsNothingAndTooMuch) {
  EXPECT_NE(read_secret_file(put("x", 0640)).error().text.find("can be read by others"), std::string::npos);
  EXPECT_NE(read_secret_file(put("\n", 0600)).error().text.find("found nothing"), std::string::npos);
  EXPECT_FALSE(read_secret_file(put(std::string(kSecretBytesMax + 1, 'x'), 0600)));
  EXPECT_FALSE(read_secret_file(path_ + "-none"));
}

TEST_F(SecretFile, ADescriptorMayBeAPipe) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  ASSERT_EQ(::write(ends[1], "abc\r\n", 5), 5);
  ::close(ends[1]);
  EXPECT_EQ(read_secret_descriptor(ends[0])->view(), "abc");
  ::close(ends[0]);
  EXPECT_FALSE(read_secret_descriptor(ends[0]));
}

}  // namespace
}  // namespace lastmile::real
