// The verbs of `key`. Secrets are read from files and written to files; none stands on a command line or in a log.
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>

#include "real/env/posix_file.hpp"
#include "real/ops/daemon.hpp"
#include "real/ops/key_files.hpp"
#include "tools/node/common.hpp"

namespace lastmile::tools {
namespace {

using nlohmann::json;

constexpr std::size_t kKeyFileMax = 8192;

real::KeyFiles keys_of(const NodeOptions& options) {
  return real::KeyFiles(std::filesystem::path(options.data) / "keys");
}

// The key of that name that was just made or read, or why there is none.
int show(const NodeOptions& options, const Result<std::string>& address) {
  if (!address.ok()) return fail(options, real::kExitUsage, address.error().text);
  if (!options.json) {
    std::puts(address->c_str());
    return real::kExitOk;
  }
  const auto key = keys_of(options).load(options.name);
  if (!key.ok()) return fail(options, real::kExitFailed, key.error().text);
  std::puts(
      json{{"name", options.name}, {"address", *address}, {"peer_id", real::KeyFiles::peer_id(*key)}}.dump().c_str());
  return real::kExitOk;
}

Result<std::string> read_input(const std::string& file) {
  if (file != "-") return real::read_file(file, kKeyFileMax);
  std::string text;
  char piece[512];
  while (std::cin.read(piece, sizeof piece) || std::cin.gcount() > 0) {
    text.append(piece, static_cast<std::size_t>(std::cin.gcount()));
    if (text.size() > kKeyFileMax) return Error{"standard input: longer than any key"};
  }
  return text;
}

}  // namespace

int command_key_new(const NodeOptions& options) { return show(options, keys_of(options).make(options.name)); }

int command_key_list(const NodeOptions& options) {
  const real::KeyFiles keys = keys_of(options);
  const auto names = keys.names();
  if (!names.ok()) return fail(options, real::kExitUsage, names.error().text);
  json all = json::array();
  for (const std::string& name : *names) {
    const auto key = keys.load(name);
    if (!key.ok()) return fail(options, real::kExitUsage, key.error().text);
    const std::string address = real::KeyFiles::address(*key);
    all.push_back({{"name", name}, {"address", address}, {"peer_id", real::KeyFiles::peer_id(*key)}});
    if (!options.json) std::printf("%-16s %s\n", name.c_str(), address.c_str());
  }
  if (options.json) std::puts(json{{"keys", std::move(all)}}.dump().c_str());
  return real::kExitOk;
}

int command_key_import(const NodeOptions& options) {
  auto text = read_input(options.file);
  if (!text.ok()) return fail(options, real::kExitUsage, text.error().text);
  const auto key = real::parse_key(*text);
  std::fill(text->begin(), text->end(), '\0');
  if (!key.ok()) return fail(options, real::kExitUsage, options.file + ": " + key.error().text);
  return show(options, keys_of(options).add(options.name, *key));
}

int command_key_export(const NodeOptions& options) {
  const auto key = keys_of(options).load(options.name);
  if (!key.ok()) return fail(options, real::kExitUsage, key.error().text);
  const std::string text =
      real::write_key(*key, options.format == "libp2p" ? real::KeyFormat::libp2p : real::KeyFormat::hex);
  if (options.file == "-") {
    std::fputs(text.c_str(), stdout);
    return real::kExitOk;
  }
  std::error_code code;
  if (std::filesystem::exists(options.file, code)) {
    return fail(options, real::kExitUsage, options.file + " exists already; a file is never overwritten by a key");
  }
  const auto written = real::write_file_durably(options.file, text, 0600);
  if (!written.ok()) return fail(options, real::kExitFailed, written.error().text);
  if (options.json) std::puts(json{{"name", options.name}, {"file", options.file}}.dump().c_str());
  return real::kExitOk;
}

int command_key_address(const NodeOptions& options) {
  const auto key = keys_of(options).load(options.name);
  return show(options, key.ok() ? Result<std::string>(real::KeyFiles::address(*key)) : key.error());
}

}  // namespace lastmile::tools
