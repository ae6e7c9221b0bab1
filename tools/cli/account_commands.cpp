#include "tools/cli/account_commands.hpp"

#include <sodium.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <system_error>

#include "core/crypto/base58.hpp"
#include "core/message/json_view.hpp"
#include "real/env/os_random.hpp"
#include "real/env/posix_file.hpp"
#include "real/keys/web3_keystore.hpp"
#include "tools/cli/account_store.hpp"
#include "tools/cli/console.hpp"
#include "tools/cli/exit_status.hpp"

namespace lastmile::tools {
namespace {

using nlohmann::ordered_json;

constexpr std::size_t kSolanaKeyBytes = 64;  // seed, then public key

int refuse_account(const AccountOptions& options, const Error& error, int status = kCliUsage) {
  return fail(status, {.text = error.text}, options.common.json);
}

ordered_json described(const StoredAccount& account) {
  return {{"name", account.name},
          {"chain", crypto::chain_text(account.chain)},
          {"address", account.address},
          {"file", account.file}};
}

// Chains for which people have wallets whose keys are 32 bytes: EVM and ed25519.
Result<crypto::Chain> wallet_chain(const std::string& text) {
  const auto chain = crypto::parse_chain(text);
  const bool fits = chain && crypto::has_verifier(*chain) &&
                    (crypto::signature_family(*chain) == crypto::SignatureFamily::evm ||
                     crypto::signature_family(*chain) == crypto::SignatureFamily::solana);
  if (!fits) return Error{"--chain: expected ETH, SOL or the code of another EVM chain, found \"" + text + "\""};
  return *chain;
}

int store(const AccountOptions& options, const CliSettings& settings, crypto::Chain chain,
          const crypto::PrivateKey& key) {
  const auto password = password_of(settings);
  if (!password) return refuse_account(options, password.error());
  real::OsRandom random(0);
  const auto cost = options.light ? real::kScryptLight : real::ScryptCost{};
  const std::string document = real::encrypt_key(chain, key, password->view(), random, cost);
  const auto stored = AccountStore(settings.keys).add(options.name, document);
  if (!stored) return refuse_account(options, stored.error());
  if (options.common.json) {
    print_line(described(*stored).dump());
  } else {
    print_line(stored->address);
  }
  return kCliOk;
}

std::optional<crypto::PrivateKey> key_of(ByteView bytes) {
  crypto::PrivateKey key{};
  if (bytes.size() != key.size()) return std::nullopt;
  std::copy(bytes.begin(), bytes.end(), key.begin());
  return key;
}

// The 64 bytes that Solana's tools keep, when the second half is the public key of the first.
std::optional<crypto::PrivateKey> solana_key(ByteView bytes) {
  if (bytes.size() != kSolanaKeyBytes) return std::nullopt;
  const auto key = key_of(bytes.first(32));
  if (!key) return std::nullopt;
  const auto account = crypto::Account::from_private_key(crypto::Chain::SOL, *key);
  return std::equal(account.public_key().begin(), account.public_key().end(), bytes.begin() + 32) ? key : std::nullopt;
}

std::optional<Bytes> byte_list(std::string_view text) {
  const auto view = message::JsonView::parse(text);
  if (!view || !view->is_array()) return std::nullopt;
  Bytes bytes;
  const bool all = view->each([&](message::JsonView element) {
    const auto number = element.kind() == message::JsonKind::number ? element.integer() : std::nullopt;
    if (!number || *number < 0 || *number > 255 || bytes.size() == kSolanaKeyBytes) return false;
    bytes.push_back(static_cast<std::uint8_t>(*number));
    return true;
  });
  if (!all) return std::nullopt;
  return bytes;
}

struct ImportedKey {
  crypto::Chain chain;
  crypto::PrivateKey key;
};

Result<ImportedKey> imported(const AccountOptions& options, const CliSettings& settings, std::string_view text) {
  if (text.starts_with('{')) {
    const auto head = real::keystore_head(text);
    if (!head) return Error{options.file + ": " + head.error().text};
    const auto password = password_of(settings);
    if (!password) return password.error();
    const auto account = real::open_keystore(text, password->view());
    if (!account) return Error{options.file + ": " + account.error().text};
    const auto key = real::decrypt_key(text, password->view());
    if (!key) return Error{options.file + ": " + key.error().text};
    return ImportedKey{head->chain, *key};
  }
  const auto chain = wallet_chain(options.chain);
  if (!chain) return chain.error();
  std::optional<crypto::PrivateKey> key;
  if (const auto bytes = from_hex(text.starts_with("0x") ? text.substr(2) : text)) key = key_of(*bytes);
  if (!key && crypto::signature_family(*chain) == crypto::SignatureFamily::solana) {
    if (const auto list = byte_list(text)) key = solana_key(*list);
    if (const auto bytes = key ? std::nullopt : crypto::base58_decode(text)) key = solana_key(*bytes);
  }
  if (!key)
    return Error{options.file +
                 ": expected a keystore, 64 hexadecimal digits, or for SOL 64 bytes as a JSON list or in base58"};
  return ImportedKey{*chain, *key};
}

std::string bare_key(crypto::Chain chain, const crypto::PrivateKey& key) {
  if (crypto::signature_family(chain) != crypto::SignatureFamily::solana) return to_hex(key) + "\n";
  const auto account = crypto::Account::from_private_key(chain, key);
  std::string out = "[";
  const auto add = [&](std::uint8_t byte) { out += (out.size() > 1 ? "," : "") + std::to_string(byte); };
  std::for_each(key.begin(), key.end(), add);
  std::for_each(account.public_key().begin(), account.public_key().end(), add);
  return out + "]\n";
}

}  // namespace

int command_account_new(const AccountOptions& options) {
  const auto settings = load_cli_settings(options.common);
  if (!settings) return refuse_account(options, settings.error());
  const auto chain = wallet_chain(options.chain);
  if (!chain) return refuse_account(options, chain.error());
  crypto::PrivateKey key{};
  real::OsRandom(0).secret(key);
  const int status = store(options, *settings, *chain, key);
  sodium_memzero(key.data(), key.size());
  return status;
}

int command_account_list(const AccountOptions& options) {
  const auto settings = load_cli_settings(options.common);
  if (!settings) return refuse_account(options, settings.error());
  const auto all = AccountStore(settings->keys).list();
  if (!all) return refuse_account(options, all.error());
  if (options.common.json) {
    auto list = ordered_json::array();
    for (const StoredAccount& account : *all) list.push_back(described(account));
    print_line(ordered_json{{"accounts", list}}.dump());
    return kCliOk;
  }
  for (const StoredAccount& account : *all) {
    std::string line = account.name;
    line.resize(std::max<std::size_t>(line.size() + 1, 20), ' ');
    line += crypto::chain_text(account.chain);
    line.resize(std::max<std::size_t>(line.size() + 1, 30), ' ');
    print_line(line + account.address);
  }
  return kCliOk;
}

int command_account_show(const AccountOptions& options) {
  const auto settings = load_cli_settings(options.common);
  if (!settings) return refuse_account(options, settings.error());
  const auto account = AccountStore(settings->keys).find(options.name.empty() ? settings->account : options.name);
  if (!account) return refuse_account(options, account.error());
  if (options.common.json) {
    print_line(described(*account).dump());
    return kCliOk;
  }
  print_line("name     " + account->name);
  print_line("chain    " + std::string(crypto::chain_text(account->chain)));
  print_line("address  " + account->address);
  print_line("file     " + account->file);
  return kCliOk;
}

int command_account_address(const AccountOptions& options) {
  const auto settings = load_cli_settings(options.common);
  if (!settings) return refuse_account(options, settings.error());
  const auto account = AccountStore(settings->keys).find(options.name.empty() ? settings->account : options.name);
  if (!account) return refuse_account(options, account.error());
  print_line(options.common.json ? ordered_json{{"address", account->address}}.dump() : account->address);
  return kCliOk;
}

int command_account_import(const AccountOptions& options) {
  const auto settings = load_cli_settings(options.common);
  if (!settings) return refuse_account(options, settings.error());
  auto text = real::read_file(options.file, real::kKeystoreBytesMax);
  if (!text) return refuse_account(options, text.error());
  while (!text->empty() && (text->back() == '\n' || text->back() == '\r' || text->back() == ' ')) text->pop_back();
  auto key = imported(options, *settings, *text);
  sodium_memzero(text->data(), text->size());
  if (!key) return refuse_account(options, key.error());
  const int status = store(options, *settings, key->chain, key->key);
  sodium_memzero(key->key.data(), key->key.size());
  return status;
}

int command_account_export(const AccountOptions& options) {
  const auto settings = load_cli_settings(options.common);
  if (!settings) return refuse_account(options, settings.error());
  const AccountStore accounts(settings->keys);
  const auto account = accounts.find(options.name.empty() ? settings->account : options.name);
  if (!account) return refuse_account(options, account.error());
  auto text = accounts.document(*account);
  if (!text) return refuse_account(options, text.error());
  if (options.secret) {
    const auto password = password_of(*settings);
    if (!password) return refuse_account(options, password.error());
    auto key = real::decrypt_key(*text, password->view());
    if (!key) return refuse_account(options, Error{account->file + ": " + key.error().text});
    text = bare_key(account->chain, *key);
    sodium_memzero(key->data(), key->size());
  }
  std::error_code error;
  if (std::filesystem::exists(std::filesystem::symlink_status(options.file, error)))
    return refuse_account(options, Error{options.file + " exists already; a key never overwrites a file"});
  const auto written = real::write_file_durably(std::filesystem::absolute(options.file), *text, 0600);
  sodium_memzero(text->data(), text->size());
  if (!written) return refuse_account(options, written.error(), kCliFailed);
  if (options.common.json) print_line(ordered_json{{"file", options.file}, {"secret", options.secret}}.dump());
  return kCliOk;
}

}  // namespace lastmile::tools
