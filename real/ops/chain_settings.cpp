#include "real/ops/chain_settings.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <functional>
#include <limits>
#include <set>

#include "core/base/nearest.hpp"
#include "core/crypto/chain.hpp"
#include "real/chain/eth_json.hpp"
#include "real/chain/rpc_pool.hpp"
#include "real/ops/quantity.hpp"

namespace lastmile::real {
namespace {

constexpr std::string_view kChains = "chains.";
constexpr std::size_t kChainNameMax = 32;
constexpr std::size_t kEmittersMax = 1024;
constexpr std::uint64_t kFeeMaxGwei = 1'000'000;
constexpr std::uint64_t kWeiPerGwei = 1'000'000'000;

struct ChainKey {
  std::string_view name;
  std::string_view expected;
  std::string_view about;
  std::string_view standard;  // as TOML
  bool (*set)(ChainSettings&, const SettingValue&);
};

bool is_chain_name(std::string_view name) {
  return !name.empty() && name.size() <= kChainNameMax && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

const std::string* text_value(const SettingValue& value) { return std::get_if<std::string>(&value); }

bool take_count(std::uint64_t& to, const SettingValue& value, std::uint64_t least, std::uint64_t most) {
  std::uint64_t number = 0;
  if (const auto* direct = std::get_if<std::int64_t>(&value)) {
    if (*direct < 0) return false;
    number = static_cast<std::uint64_t>(*direct);
  } else if (const auto* text = text_value(value)) {
    const auto [end, failed] = std::from_chars(text->data(), text->data() + text->size(), number);
    if (failed != std::errc{} || end != text->data() + text->size()) return false;
  } else {
    return false;
  }
  if (number < least || number > most) return false;
  to = number;
  return true;
}

bool take_length(Duration& to, const SettingValue& value, Duration least) {
  const auto* text = text_value(value);
  const auto length = text == nullptr ? std::nullopt : parse_duration(*text);
  if (!length || *length < least) return false;
  to = *length;
  return true;
}

bool take_list(std::vector<std::string>& to, const SettingValue& value, std::size_t most,
               bool (*is_good)(const std::string&)) {
  std::vector<std::string> list;
  if (const auto* given = std::get_if<std::vector<std::string>>(&value)) {
    list = *given;
  } else if (const auto* joined = text_value(value)) {
    for (std::size_t begin = 0; begin < joined->size();) {
      const std::size_t end = std::min(joined->find(',', begin), joined->size());
      if (end > begin) list.push_back(joined->substr(begin, end - begin));
      begin = end + 1;
    }
  } else {
    return false;
  }
  if (list.size() > most || !std::all_of(list.begin(), list.end(), is_good)) return false;
  to = std::move(list);
  return true;
}

bool take_address(std::string& to, const SettingValue& value) {
  const auto* text = text_value(value);
  if (text == nullptr || !parse_eth_address(*text)) return false;
  to = *text;
  return true;
}

bool is_endpoint(const std::string& url) { return !url_host(url).empty(); }
bool is_emitter(const std::string& address) { return parse_eth_address(address).has_value(); }

bool take_finality(Finality& to, const SettingValue& value) {
  const auto* text = text_value(value);
  if (text != nullptr && (*text == "finalized" || *text == "safe")) {
    to = {Finality::Rule::tag, *text, 0};
    return true;
  }
  std::uint64_t depth = 0;
  constexpr std::uint64_t kDepthMax = kKnownBlocksMax / 2;  // so many hashes are remembered
  if (!take_count(depth, value, 1, kDepthMax)) return false;
  to = {Finality::Rule::depth, {}, depth};
  return true;
}

constexpr std::uint64_t kAny = std::numeric_limits<std::int64_t>::max();

using S = ChainSettings;
using V = SettingValue;
constexpr std::array<ChainKey, 16> kKeys{{
    {"endpoints", "a list of texts such as \"https://node.example/path\", at most 16",
     "JSON-RPC endpoints, the preferred first", "[]",
     [](S& s, const V& v) { return take_list(s.endpoints, v, kEndpointsMax, &is_endpoint); }},
    {"contract", "an address: 0x and 40 hexadecimal digits", "the synchronization contract", "\"\"",
     [](S& s, const V& v) { return take_address(s.contract, v); }},
    {"code", "a chain code such as \"ETH\" or \"BSC\"", "of confirmations and of messages born in the contract",
     "\"ETH\"",
     [](S& s, const V& v) {
       const auto* text = text_value(v);
       if (text == nullptr || !crypto::parse_chain(*text)) return false;
       s.code = *text;
       return true;
     }},
    {"start_height", "a whole number, not negative", "first block of interest", "0",
     [](S& s, const V& v) { return take_count(s.start_height, v, 0, kAny); }},
    {"emitters", "a list of addresses", "whose anchors count; empty = anybody's", "[]",
     [](S& s, const V& v) { return take_list(s.emitters, v, kEmittersMax, &is_emitter); }},
    {"finality", "\"finalized\", \"safe\" or a number of blocks from 1 to 2048", "when a block counts as final",
     "\"finalized\"", [](S& s, const V& v) { return take_finality(s.finality, v); }},
    {"votes", "a number from 1 to 16", "endpoints that must give one answer before it counts", "1",
     [](S& s, const V& v) { return take_count(s.votes, v, 1, kEndpointsMax); }},
    {"poll", "a length of time such as \"12s\", at least 10ms", "between looks at the chain", "\"12s\"",
     [](S& s, const V& v) { return take_length(s.poll, v, milliseconds(10)); }},
    {"deadline", "a length of time such as \"20s\", at least 10ms", "of one request", "\"20s\"",
     [](S& s, const V& v) { return take_length(s.deadline, v, milliseconds(10)); }},
    {"log_span", "a number from 1 to 100000", "blocks in one question for events at most", "100000",
     [](S& s, const V& v) { return take_count(s.log_span, v, 1, kLogSpanMax); }},
    {"token", "an address: 0x and 40 hexadecimal digits", "whose balances are asked for", "\"\"",
     [](S& s, const V& v) { return take_address(s.token, v); }},
    {"key_file", "a file name", "key that pays for anchors, mode 0600; with it this node writes them", "\"\"",
     [](S& s, const V& v) {
       const auto* text = text_value(v);
       if (text == nullptr) return false;
       s.key_file = *text;
       return true;
     }},
    {"chain_id", "a whole number, at least 1", "of the chain (EIP-155), needed with key_file", "1",
     [](S& s, const V& v) { return take_count(s.chain_id, v, 1, kAny); }},
    {"archive_every", "a length of time such as \"35s\", at least 100ms", "between two anchors", "\"35s\"",
     [](S& s, const V& v) { return take_length(s.archive_every, v, milliseconds(100)); }},
    {"fee_max", "a number of gwei from 1 to 1000000", "dearer anchors wait", "150",
     [](S& s, const V& v) { return take_count(s.fee_max_gwei, v, 1, kFeeMaxGwei); }},
    {"gas_max", "a number from 21000 to 30000000", "gas of one anchor at most", "1000000",
     [](S& s, const V& v) { return take_count(s.gas_max, v, 21'000, 30'000'000); }},
}};

std::string unknown_key(std::string_view chain, std::string_view key) {
  std::array<std::string_view, kKeys.size()> names;
  std::transform(kKeys.begin(), kKeys.end(), names.begin(), [](const ChainKey& each) { return each.name; });
  const std::string_view near = nearest(key, names);
  const std::string table = std::string(kChains) + std::string(chain) + ".";
  return "unknown key " + table + std::string(key) +
         (near.empty() ? "" : ", did you mean " + table + std::string(near) + "?");
}

}  // namespace

std::optional<std::string> set_chain_setting(std::vector<ChainSettings>& chains, std::string_view name,
                                             const std::optional<SettingValue>& value, const std::string& found) {
  const std::string_view rest = name.substr(std::min(kChains.size(), name.size()));
  const auto dot = rest.find('.');
  const std::string_view chain = rest.substr(0, dot);
  if (!is_chain_name(chain)) {
    return std::string(name) + ": expected chains.NAME.key with a NAME of at most " + std::to_string(kChainNameMax) +
           " small letters, digits and hyphens";
  }
  if (dot == std::string_view::npos) return std::string(name) + ": expected a table of keys, found " + found;
  const auto key =
      std::find_if(kKeys.begin(), kKeys.end(), [&](const ChainKey& each) { return each.name == rest.substr(dot + 1); });
  if (key == kKeys.end()) return unknown_key(chain, rest.substr(dot + 1));
  auto place = std::find_if(chains.begin(), chains.end(), [&](const ChainSettings& c) { return c.name == chain; });
  if (place == chains.end()) {
    if (chains.size() == kChainsMax)
      return std::string(name) + ": expected at most " + std::to_string(kChainsMax) + " chains";
    chains.emplace_back().name = chain;
    place = std::prev(chains.end());
  }
  if (value && key->set(*place, *value)) return std::nullopt;
  return std::string(name) + ": expected " + std::string(key->expected) + ", found " + found;
}

std::vector<std::string> chain_contradictions(const std::vector<ChainSettings>& chains) {
  std::vector<std::string> out;
  std::set<std::string> codes;
  for (const ChainSettings& chain : chains) {
    const std::string name = std::string(kChains) + chain.name;
    if (chain.endpoints.empty()) out.push_back(name + ".endpoints: expected at least one, found none");
    if (chain.contract.empty()) out.push_back(name + ".contract: expected an address, found none");
    if (!chain.endpoints.empty() && chain.votes > chain.endpoints.size()) {
      out.push_back(name + ".votes (" + std::to_string(chain.votes) + ") is more than there are endpoints (" +
                    std::to_string(chain.endpoints.size()) + ")");
    }
    if (!chain.key_file.empty() && chain.chain_id == 0)
      out.push_back(name + ".chain_id: expected a number, since there is a key_file, found none");
    if (!codes.insert(chain.code).second)
      out.push_back(name + ".code: " + chain.code +
                    " is the code of another chain; confirmations could not be told apart");
  }
  return out;
}

std::string default_chain_settings() {
  std::string out = "\n# A table for each public chain that is followed, such as [chains.ethereum], with these keys:\n";
  for (const ChainKey& key : kKeys) {
    out += "#   " + std::string(key.name) + " = " + std::string(key.standard) + "   " + std::string(key.about) + ": " +
           std::string(key.expected) + "\n";
  }
  // Two signs, since none of these lines is a setting of its own.
  for (std::size_t at = out.find("\n#   "); at != std::string::npos; at = out.find("\n#   ", at + 1)) {
    out.replace(at, 5, "\n# - ");
  }
  return out;
}

std::vector<node::FollowedChain> followed_chains(const std::vector<ChainSettings>& chains) {
  std::vector<node::FollowedChain> out;
  for (const ChainSettings& chain : chains) {
    node::FollowedChain followed;
    followed.name = chain.name;
    followed.code = chain.code;
    followed.synchronizer = !chain.key_file.empty();
    followed.archive_every = chain.archive_every;
    followed.start_height = chain.start_height;
    followed.emitters = chain.emitters;
    out.push_back(std::move(followed));
  }
  return out;
}

Result<std::vector<EvmChainConfig>> evm_chains(const std::vector<ChainSettings>& chains) {
  std::vector<EvmChainConfig> out;
  for (const ChainSettings& chain : chains) {
    EvmChainConfig config;
    config.name = chain.name;
    config.endpoints = chain.endpoints;
    config.contract = chain.contract;
    config.token = chain.token;
    config.finality = chain.finality;
    config.votes = chain.votes;
    config.poll = chain.poll;
    config.deadline = chain.deadline;
    config.log_span_max = chain.log_span;
    config.chain_id = chain.chain_id;
    config.fee_max = Uint256(chain.fee_max_gwei) * Uint256(kWeiPerGwei);
    config.gas_max = chain.gas_max;
    if (!chain.key_file.empty()) {
      const auto key = EvmKey::load(chain.key_file);
      if (!key.ok()) return Error{"chains." + chain.name + ".key_file: " + key.error().text};
      config.key = *key;
    }
    out.push_back(std::move(config));
  }
  return out;
}

}  // namespace lastmile::real
