// The synchronization contract on Ethereum and its kin: topics, selectors, and the ABI encoding of its two events and
// two functions (messages.md 6.3). No parameter is indexed, so everything is in the data.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/bytes.hpp"
#include "core/base/hash.hpp"
#include "core/base/result.hpp"

namespace lastmile::chain {

inline constexpr std::string_view kSyncEventSignature = "SyncEvent(uint256,address,string)";
inline constexpr std::string_view kMessageEventSignature = "MessageEvent(uint256,address,string,string)";
inline constexpr std::string_view kDoEmitSignature = "doEmit(string)";
inline constexpr std::string_view kDoMessageSignature = "doMessage(string,string)";

// topic0 of an event: keccak256 of its signature.
Hash256 event_topic(std::string_view signature);
// The first four bytes of the keccak256 of a function's signature.
std::array<std::uint8_t, 4> function_selector(std::string_view signature);

struct SyncLog {
  std::uint64_t timestamp = 0;  // UNIX seconds
  std::string address;          // 0x + 40 digits in EIP-55 spelling
  std::string message;
  friend bool operator==(const SyncLog&, const SyncLog&) = default;
};
struct MessageLog {
  std::uint64_t timestamp = 0;
  std::string address;
  std::string type;
  std::string content;
  friend bool operator==(const MessageLog&, const MessageLog&) = default;
};

// Error: shorter than it says, offsets outside, a timestamp beyond our time, an address with more than 20 bytes, or
// larger than kLogDataBytesMax. Encoding needs an address of 0x and 40 hexadecimal digits.
Result<SyncLog> decode_sync_log(ByteView data);
Result<MessageLog> decode_message_log(ByteView data);
Result<Bytes> encode_log(const SyncLog& log);
Result<Bytes> encode_log(const MessageLog& log);

// Call data with selector.
Bytes encode_do_emit(std::string_view message);
Bytes encode_do_message(std::string_view type, std::string_view content);
struct DoMessageCall {
  std::string type;
  std::string content;
};
Result<std::string> decode_do_emit(ByteView data);
Result<DoMessageCall> decode_do_message(ByteView data);

}  // namespace lastmile::chain
