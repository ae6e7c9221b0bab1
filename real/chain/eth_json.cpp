#include "real/chain/eth_json.hpp"

#include <algorithm>

#include "core/chain/limits.hpp"
#include "core/message/json_view.hpp"
#include "real/chain/limits.hpp"

namespace lastmile::real {
namespace {

using message::JsonView;

constexpr std::size_t kHashText = 66;
constexpr std::size_t kAddressText = 42;
constexpr std::size_t kQuantityDigits = 64;
constexpr std::uint64_t kEthHeightMax = std::uint64_t{1} << 62;
constexpr std::uint64_t kEthSecondsMax = 9'000'000'000;  // as nanoseconds they fit into 64 bits

std::optional<std::string> hex_text(const std::optional<JsonView>& value, std::size_t exactly) {
  if (!value || !value->is_string()) return std::nullopt;
  std::string text = value->string();
  if (text.size() != exactly || !text.starts_with("0x")) return std::nullopt;
  for (std::size_t i = 2; i < text.size(); ++i) {
    char& c = text[i];
    if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
    if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) return std::nullopt;
  }
  return text;
}

std::optional<Uint256> wide_quantity(const std::optional<JsonView>& value) {
  if (!value || !value->is_string()) return std::nullopt;
  const std::string text = value->string();
  if (text.size() < 3 || text.size() > 2 + kQuantityDigits || !text.starts_with("0x")) return std::nullopt;
  const auto bytes = from_hex(std::string(2 + kQuantityDigits - text.size(), '0') + text.substr(2));
  if (!bytes) return std::nullopt;
  Hash256 word;
  std::copy(bytes->begin(), bytes->end(), word.bytes.begin());
  return Uint256::big_endian(word);
}

std::optional<std::uint64_t> quantity(const std::optional<JsonView>& value, std::uint64_t most) {
  const auto wide = wide_quantity(value);
  const auto narrow = wide ? wide->narrow() : std::nullopt;
  return narrow && *narrow <= most ? narrow : std::nullopt;
}

std::optional<Bytes> data_bytes(const std::optional<JsonView>& value, std::size_t most) {
  if (!value || !value->is_string()) return std::nullopt;
  std::string room;
  const std::string_view text = value->string(room);
  if (!text.starts_with("0x") || text.size() > 2 + 2 * most) return std::nullopt;
  return from_hex(text.substr(2));
}

std::optional<EthLog> read_log(JsonView value) {
  if (!value.is_object()) return std::nullopt;
  const auto removed = value.find("removed");
  if (removed && removed->kind() == message::JsonKind::boolean && removed->boolean()) return std::nullopt;
  const auto block = quantity(value.find("blockNumber"), kEthHeightMax);
  const auto index = quantity(value.find("logIndex"), kEthHeightMax);
  auto hash = hex_text(value.find("blockHash"), kHashText);
  auto transaction = hex_text(value.find("transactionHash"), kHashText);
  auto address = hex_text(value.find("address"), kAddressText);
  auto data = data_bytes(value.find("data"), chain::kLogDataBytesMax);
  const auto topics = value.find("topics");
  if (!block || !index || !hash || !transaction || !address || !data || !topics || !topics->is_array())
    return std::nullopt;
  EthLog log{*block, *std::move(hash), *std::move(transaction), *index, *std::move(address), {}, *std::move(data)};
  const bool good = topics->each([&](JsonView one) {
    auto topic = hex_text(one, kHashText);
    if (!topic || log.topics.size() == kLogTopicsMax) return false;
    log.topics.push_back(*std::move(topic));
    return true;
  });
  if (!good) return std::nullopt;
  return log;
}

}  // namespace

Result<std::optional<EthHeader>> parse_eth_header(std::string_view json) {
  const JsonView value = JsonView::of_checked(json);
  if (value.is_null()) return std::optional<EthHeader>{};
  if (!value.is_object()) return Error{"a block that is no object"};
  const auto number = quantity(value.find("number"), kEthHeightMax);
  auto hash = hex_text(value.find("hash"), kHashText);
  auto parent = hex_text(value.find("parentHash"), kHashText);
  const auto time = quantity(value.find("timestamp"), kEthSecondsMax);
  if (!number || !hash || !parent || !time) return Error{"a block without number, hash, parentHash or timestamp"};
  return std::optional(EthHeader{*number, *std::move(hash), *std::move(parent), *time});
}

Result<std::vector<EthLog>> parse_eth_logs(std::string_view json) {
  const JsonView value = JsonView::of_checked(json);
  if (!value.is_array()) return Error{"events that are no list"};
  std::vector<EthLog> logs;
  const bool good = value.each([&](JsonView one) {
    auto log = read_log(one);
    if (!log || logs.size() == kLogsMax) return false;
    logs.push_back(*std::move(log));
    return true;
  });
  if (!good) return Error{"an event that is none, or too many"};
  const auto place = [](const EthLog& log) { return std::pair(log.block, log.index); };
  std::sort(logs.begin(), logs.end(), [&](const EthLog& a, const EthLog& b) { return place(a) < place(b); });
  const auto twice = std::adjacent_find(logs.begin(), logs.end(),
                                        [&](const EthLog& a, const EthLog& b) { return place(a) == place(b); });
  if (twice != logs.end()) return Error{"one event twice"};
  return logs;
}

Result<std::optional<EthReceipt>> parse_eth_receipt(std::string_view json) {
  const JsonView value = JsonView::of_checked(json);
  if (value.is_null()) return std::optional<EthReceipt>{};
  if (!value.is_object()) return Error{"a receipt that is no object"};
  const auto block = quantity(value.find("blockNumber"), kEthHeightMax);
  const auto status = quantity(value.find("status"), 1);
  if (!block || !status) return Error{"a receipt without blockNumber or status"};
  return std::optional(EthReceipt{*block, *status == 1});
}

Result<EthFees> parse_eth_fees(std::string_view json) {
  constexpr std::size_t kBlocksMax = 1024;
  constexpr std::uint64_t kFeeMax = std::uint64_t{1} << 62;  // wei per gas; four tokens for each
  const JsonView value = JsonView::of_checked(json);
  if (!value.is_object()) return Error{"fees that are no object"};
  const auto bases = value.find("baseFeePerGas");
  const auto rewards = value.find("reward");
  if (!bases || !bases->is_array()) return Error{"fees without baseFeePerGas"};
  EthFees fees;
  std::size_t count = 0;
  bool good = bases->each([&](JsonView one) {
    const auto base = quantity(one, kFeeMax);
    if (base) fees.base = *base;  // the last is that of the next block
    return base.has_value() && ++count <= kBlocksMax;
  });
  if (!good || count == 0) return Error{"a base fee that is none"};
  if (!rewards || rewards->is_null()) return fees;
  if (!rewards->is_array()) return Error{"tips that are no list"};
  count = 0;
  good = rewards->each([&](JsonView block) {
    if (!block.is_array()) return false;
    std::size_t inside = 0;
    const bool read = block.each([&](JsonView one) {
      const auto tip = quantity(one, kFeeMax);
      if (tip) fees.tip += *tip;
      return tip.has_value() && ++inside == 1;
    });
    return read && inside == 1 && ++count <= kBlocksMax;
  });
  if (!good) return Error{"a tip that is none"};
  if (count > 0) fees.tip = fees.tip / Uint256(count);
  return fees;
}

Result<std::uint64_t> parse_eth_quantity(std::string_view json) {
  const auto number = quantity(JsonView::of_checked(json), kEthHeightMax);
  if (!number) return Error{"a number that is none"};
  return *number;
}

Result<Uint256> parse_eth_word(std::string_view json) {
  const auto bytes = data_bytes(JsonView::of_checked(json), sizeof(Hash256));
  if (!bytes || bytes->size() != sizeof(Hash256)) return Error{"a word that has not 32 bytes"};
  Hash256 word;
  std::copy(bytes->begin(), bytes->end(), word.bytes.begin());
  return Uint256::big_endian(word);
}

Result<std::string> parse_eth_hash(std::string_view json) {
  auto hash = hex_text(JsonView::of_checked(json), kHashText);
  if (!hash) return Error{"a hash that is none"};
  return *std::move(hash);
}

std::string eth_quantity(const Uint256& number) {
  const std::string digits = number.big_endian().hex();
  const auto first = digits.find_first_not_of('0');
  return first == std::string::npos ? "0x0" : "0x" + digits.substr(first);
}

std::string eth_data(ByteView bytes) { return "0x" + to_hex(bytes); }

std::optional<Bytes> parse_eth_address(std::string_view text) {
  if (text.size() != kAddressText || !text.starts_with("0x")) return std::nullopt;
  return from_hex(text.substr(2));
}

}  // namespace lastmile::real
