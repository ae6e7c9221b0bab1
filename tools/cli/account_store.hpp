// The accounts of a user: one document of real/keys for each in a folder of its own (0700), NAME.json (0600).
#pragma once

#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "core/crypto/account.hpp"
#include "real/keys/secret.hpp"
#include "tools/cli/settings.hpp"

namespace lastmile::tools {

inline constexpr std::size_t kAccountsMax = 10000;  // in one folder
inline constexpr std::size_t kAccountNameMax = 64;

struct StoredAccount {
  std::string name;
  crypto::Chain chain = crypto::Chain::ETH;
  std::string address;
  std::string file;
};

class AccountStore {
 public:
  explicit AccountStore(std::string folder) : folder_(std::move(folder)) {}

  // By name. A file that is no keystore is an error that names it; a folder that is not there holds none.
  Result<std::vector<StoredAccount>> list() const;
  // By name or address; an empty text finds the only one there is. Errors say which there are.
  Result<StoredAccount> find(const std::string& name_or_address) const;
  // Makes the folder if need be; never overwrites.
  Result<StoredAccount> add(const std::string& name, const std::string& document) const;
  // The text of its document; refused when others can read the file.
  Result<std::string> document(const StoredAccount& account) const;

 private:
  std::string folder_;
};

// Of --password-fd, --password-file, or the credential "lastmile-password" of the service manager.
Result<real::Secret> password_of(const CliSettings& settings);
// The account that the settings name, opened.
Result<crypto::Account> open_account(const CliSettings& settings);

}  // namespace lastmile::tools
