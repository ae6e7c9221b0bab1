// What an operator decides about a node: one TOML file, environment variables and flags, read into one struct.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "core/node/config.hpp"
#include "real/env/rocks_disk.hpp"
#include "real/http/server.hpp"
#include "real/ops/chain_settings.hpp"
#include "real/p2p/p2p_network.hpp"

namespace lastmile::real {

enum class LogFormat : std::uint8_t { text, json };

struct Settings {
  // p2p; addresses are multiaddrs
  std::vector<std::string> listen{"/ip4/127.0.0.1/tcp/4025"};
  std::vector<std::string> announce;  // empty = where it listens
  std::string source_address;
  std::vector<std::string> peers;
  bool early_muxer = true;
  p2p::P2pLimits network;
  // roads, limits, intervals, switches
  node::Roads roads;
  node::Limits limits;
  node::Intervals intervals;
  message::Switches switches;
  // heads
  std::vector<std::string> head_signers;  // addresses whose heads of archives are always followed
  // chains
  std::vector<ChainSettings> chains;
  // storage
  std::size_t block_cache_bytes = RocksDiskOptions{}.block_cache_bytes;
  std::size_t write_buffer_bytes = RocksDiskOptions{}.write_buffer_bytes;
  std::size_t open_files_max = RocksDiskOptions{}.open_files_max;
  bool query_indexes = true;
  std::size_t disk_warn_bytes = std::size_t{2} << 30;   // free, of the data folder's file system
  std::size_t disk_min_bytes = std::size_t{512} << 20;  // below it nothing new is taken in; 0 = never
  bool network_file_system = false;                     // start on one all the same
  // economy
  bool charge = true;
  // node
  std::size_t threads = 0;                   // of the executor; 0 = one per core, at least two
  std::optional<std::uint64_t> random_seed;  // for tests; empty = from the operating system
  // log
  std::string log_level = "info";
  LogFormat log_format = LogFormat::text;
  // admin
  std::string admin_socket;  // empty = DATA/admin.sock
  // http
  http::ServerOptions http;          // listen empty: no HTTP
  std::size_t http_ready_peers = 0;  // fewer connected: /health/ready says no
  // trace
  std::string trace_file;  // typed events; empty = none
};

struct KeyInfo {
  std::string_view name;      // "p2p.listen"
  std::string_view expected;  // "a list of multiaddrs such as ..."
  std::string_view about;     // one line for people
};

struct SettingSources {
  std::filesystem::path file;                      // empty = no file
  std::map<std::string, std::string> environment;  // LASTMILE_SECTION__KEY -> value, others are not looked at
  std::vector<std::string> flags;                  // "section.key=value"
};

// Where each key that is not at its default has its value from: "node.toml:12", "LASTMILE_LOG__LEVEL", "--set".
using Origins = std::map<std::string, std::string, std::less<>>;

// Precedence: flag, environment, file, default. Every mistake is one line in the error:
//   FILE:12: unknown key p2p.lissten, did you mean p2p.listen?
//   FILE:14: limits.retries: expected a number, found "ten"
// At most kSettingErrorsMax of them.
inline constexpr std::size_t kSettingErrorsMax = 20;
inline constexpr std::size_t kSettingFileBytesMax = 1024 * 1024;
Result<Settings> load_settings(const SettingSources& sources, Origins* origins = nullptr);
// The same from text, for tests: `name` stands for the file.
Result<Settings> parse_settings(std::string_view toml, std::string_view name, const SettingSources& sources = {},
                                Origins* origins = nullptr);

// All keys in the order of a file, for documentation and for the file that init writes.
const std::vector<KeyInfo>& setting_keys();
// A TOML file with every key commented out at its default.
std::string default_settings_file();

// The variables of this process that begin with LASTMILE_.
std::map<std::string, std::string> setting_environment();

// A peer as the core dials it; `multiaddr` is one that p2p.peers takes (checked).
std::string p2p_address(const std::string& multiaddr);
// What the core is made with.
node::NodeConfig node_config(const Settings& settings);

}  // namespace lastmile::real
