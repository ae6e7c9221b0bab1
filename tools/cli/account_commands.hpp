// `lastmile account ...`, without the option parser. Each gives the exit status.
#pragma once

#include <string>

#include "tools/cli/settings.hpp"

namespace lastmile::tools {

struct AccountOptions {
  CommonOptions common;
  std::string name;  // of the account
  std::string chain = "ETH";
  std::string file;     // of import: what is read; of export: what is written
  bool light = false;   // cheaper scrypt
  bool secret = false;  // of export: the bare key
};

int command_account_new(const AccountOptions& options);
int command_account_list(const AccountOptions& options);
int command_account_show(const AccountOptions& options);
int command_account_address(const AccountOptions& options);  // the address alone
// A keystore of another wallet (with its password), or a bare key: 64 hexadecimal digits, or for SOL the 64 bytes of
// seed and public key as a JSON list or in base58.
int command_account_import(const AccountOptions& options);
// The document as it is, or the bare key in the form that import reads; into a new file, 0600.
int command_account_export(const AccountOptions& options);

}  // namespace lastmile::tools
