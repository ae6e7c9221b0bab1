#include "tools/cli/account_store.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "core/base/nearest.hpp"
#include "core/message/content.hpp"
#include "real/env/posix_file.hpp"
#include "real/keys/web3_keystore.hpp"

namespace lastmile::tools {
namespace {

namespace fs = std::filesystem;
constexpr std::string_view kSuffix = ".json";
constexpr const char* kCredential = "lastmile-password";

bool is_account_name(std::string_view name) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           c == '.';
  };
  return !name.empty() && name.size() <= kAccountNameMax && name.front() != '.' && name.front() != '-' &&
         std::all_of(name.begin(), name.end(), fits);
}

}  // namespace

Result<std::vector<StoredAccount>> AccountStore::list() const {
  std::vector<StoredAccount> out;
  std::error_code error;
  if (!fs::exists(folder_, error)) return out;
  for (fs::directory_iterator entry(folder_, error), end; !error && entry != end; entry.increment(error)) {
    const std::string file = entry->path().filename();
    if (!file.ends_with(kSuffix)) continue;
    if (out.size() == kAccountsMax) return Error{folder_ + ": more than " + std::to_string(kAccountsMax) + " accounts"};
    const auto text = real::read_file(entry->path(), real::kKeystoreBytesMax);
    if (!text) return text.error();
    auto head = real::keystore_head(*text);
    if (!head) return Error{entry->path().string() + ": " + head.error().text};
    out.push_back({file.substr(0, file.size() - kSuffix.size()), head->chain, std::move(head->address), entry->path()});
  }
  if (error) return Error{folder_ + ": " + error.message()};
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return out;
}

Result<StoredAccount> AccountStore::find(const std::string& wanted) const {
  const auto all = list();
  if (!all) return all.error();
  if (all->empty()) return Error{folder_ + ": no accounts there; make one with: lastmile account new NAME"};
  if (wanted.empty()) {
    if (all->size() == 1) return all->front();
    return Error{"account: expected --account, for there are " + std::to_string(all->size()) + " in " + folder_};
  }
  for (const StoredAccount& account : *all) {
    if (account.name == wanted) return account;
  }
  for (const StoredAccount& account : *all) {
    if (message::same_address(account.address, wanted)) return account;
  }
  std::vector<std::string_view> names;
  for (const StoredAccount& account : *all) names.push_back(account.name);
  const std::string_view near = nearest(wanted, names);
  return Error{"account: there is no \"" + wanted + "\" in " + folder_ +
               (near.empty() ? "" : "; did you mean \"" + std::string(near) + "\"?")};
}

Result<StoredAccount> AccountStore::add(const std::string& name, const std::string& document) const {
  if (!is_account_name(name))
    return Error{"account: expected a name of letters, digits, \"-\", \"_\" and \".\", found \"" + name + "\""};
  auto head = real::keystore_head(document);
  if (!head) return head.error();
  std::error_code error;
  if (fs::create_directories(folder_, error); error) return Error{folder_ + ": " + error.message()};
  fs::permissions(folder_, fs::perms::owner_all, error);
  if (error) return Error{folder_ + ": " + error.message()};
  const fs::path file = fs::path(folder_) / (name + std::string(kSuffix));
  if (fs::exists(fs::symlink_status(file, error)))
    return Error{file.string() + " exists already; a key is never overwritten"};
  if (const auto written = real::write_file_durably(file, document, 0600); !written) return written.error();
  return StoredAccount{name, head->chain, std::move(head->address), file};
}

Result<std::string> AccountStore::document(const StoredAccount& account) const {
  if (const auto checked = real::check_private_file(account.file); !checked) return checked.error();
  return real::read_file(account.file, real::kKeystoreBytesMax);
}

Result<real::Secret> password_of(const CliSettings& settings) {
  if (settings.password_fd >= 0) return real::read_secret_descriptor(settings.password_fd);
  if (!settings.password_file.empty()) return real::read_secret_file(settings.password_file);
  if (const char* folder = std::getenv("CREDENTIALS_DIRECTORY"); folder != nullptr) {
    std::error_code error;
    const fs::path file = fs::path(folder) / kCredential;
    if (fs::exists(file, error)) return real::read_secret_file(file);
  }
  return Error{"password: expected --password-file, --password-fd, LASTMILE_PASSWORD_FILE or the credential " +
               std::string(kCredential)};
}

Result<crypto::Account> open_account(const CliSettings& settings) {
  const AccountStore store(settings.keys);
  const auto stored = store.find(settings.account);
  if (!stored) return stored.error();
  const auto document = store.document(*stored);
  if (!document) return document.error();
  const auto password = password_of(settings);
  if (!password) return password.error();
  auto account = real::open_keystore(*document, password->view());
  if (!account) return Error{stored->file + ": " + account.error().text};
  return account;
}

}  // namespace lastmile::tools
