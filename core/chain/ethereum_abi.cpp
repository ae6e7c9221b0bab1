#include "core/chain/ethereum_abi.hpp"

#include <algorithm>
#include <optional>

#include "core/base/check.hpp"
#include "core/chain/limits.hpp"
#include "core/crypto/account.hpp"
#include "core/crypto/keccak.hpp"

namespace lastmile::chain {
namespace {

constexpr std::size_t kWord = 32;
constexpr std::size_t kAddressBytes = 20;
constexpr std::size_t kSelectorBytes = 4;
constexpr std::uint64_t kTimestampMax = 9'223'372'036;  // seconds that fit our nanoseconds

// Reads the head of an ABI tuple word by word and the texts its offsets point to.
class AbiReader {
 public:
  explicit AbiReader(ByteView data) : data_(data) {}

  // A number of at most 64 bits in a whole word.
  std::optional<std::uint64_t> number() {
    const auto word = next();
    return word ? small(*word) : std::nullopt;
  }

  std::optional<std::string> address() {
    const auto word = next();
    if (!word) return std::nullopt;
    const ByteView padding = word->first(kWord - kAddressBytes);
    if (std::any_of(padding.begin(), padding.end(), [](std::uint8_t b) { return b != 0; })) return std::nullopt;
    std::array<std::uint8_t, kAddressBytes> bytes{};
    std::copy(word->end() - kAddressBytes, word->end(), bytes.begin());
    return crypto::eip55_address(bytes);
  }

  // The padding behind a text may be anything: some encoders leave it out at the end.
  std::optional<std::string> text() {
    const auto offset = number();
    if (!offset || *offset > data_.size() || data_.size() - *offset < kWord) return std::nullopt;
    const auto length = small(data_.subspan(*offset, kWord));
    const std::size_t start = *offset + kWord;
    if (!length || *length > data_.size() - start) return std::nullopt;
    return std::string(as_text(data_.subspan(start, *length)));
  }

 private:
  std::optional<ByteView> next() {
    if (data_.size() - at_ < kWord) return std::nullopt;
    at_ += kWord;
    return data_.subspan(at_ - kWord, kWord);
  }
  static std::optional<std::uint64_t> small(ByteView word) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < kWord; ++i) {
      if (i < kWord - 8 && word[i] != 0) return std::nullopt;
      value = value << 8 | word[i];
    }
    return value;
  }

  ByteView data_;
  std::size_t at_ = 0;
};

void append_number(Bytes& out, std::uint64_t value) {
  out.insert(out.end(), kWord - 8, 0);
  for (int shift = 56; shift >= 0; shift -= 8) out.push_back(static_cast<std::uint8_t>(value >> shift));
}

std::size_t padded(std::size_t size) { return (size + kWord - 1) / kWord * kWord; }

void append_text(Bytes& out, std::string_view text) {
  append_number(out, text.size());
  append(out, text);
  out.insert(out.end(), padded(text.size()) - text.size(), 0);
}

bool append_address(Bytes& out, std::string_view address) {
  if (!address.starts_with("0x")) return false;
  const auto bytes = from_hex(address.substr(2));
  if (!bytes || bytes->size() != kAddressBytes) return false;
  out.insert(out.end(), kWord - kAddressBytes, 0);
  append(out, *bytes);
  return true;
}

// Head words of the texts of a tuple with this many static words before them, then the texts.
template <class... Texts>
void append_texts(Bytes& out, std::size_t static_words, const Texts&... texts) {
  std::size_t offset = (static_words + sizeof...(texts)) * kWord;
  for (const std::string_view text : {std::string_view(texts)...}) {
    append_number(out, offset);
    offset += kWord + padded(text.size());
  }
  (append_text(out, texts), ...);
}

Bytes selector_of(std::string_view signature) {
  const auto selector = function_selector(signature);
  return {selector.begin(), selector.end()};
}

std::optional<ByteView> arguments_of(ByteView call, std::string_view signature) {
  const auto selector = function_selector(signature);
  if (call.size() < kSelectorBytes || !std::equal(selector.begin(), selector.end(), call.begin())) return std::nullopt;
  return call.subspan(kSelectorBytes);
}

Error too_long() { return Error{"event data: longer than " + std::to_string(kLogDataBytesMax) + " bytes"}; }

}  // namespace

Hash256 event_topic(std::string_view signature) { return crypto::keccak256(signature); }

std::array<std::uint8_t, 4> function_selector(std::string_view signature) {
  const Hash256 hash = crypto::keccak256(signature);
  return {hash.bytes[0], hash.bytes[1], hash.bytes[2], hash.bytes[3]};
}

Result<SyncLog> decode_sync_log(ByteView data) {
  if (data.size() > kLogDataBytesMax) return too_long();
  AbiReader reader(data);
  const auto timestamp = reader.number();
  const auto address = reader.address();
  const auto text = reader.text();
  if (!timestamp || *timestamp > kTimestampMax) return Error{"SyncEvent: a timestamp in seconds expected"};
  if (!address) return Error{"SyncEvent: an address of 20 bytes expected"};
  if (!text) return Error{"SyncEvent: the message does not lie within the data"};
  return SyncLog{*timestamp, *address, *text};
}

Result<MessageLog> decode_message_log(ByteView data) {
  if (data.size() > kLogDataBytesMax) return too_long();
  AbiReader reader(data);
  const auto timestamp = reader.number();
  const auto address = reader.address();
  const auto type = reader.text();
  const auto content = reader.text();
  if (!timestamp || *timestamp > kTimestampMax) return Error{"MessageEvent: a timestamp in seconds expected"};
  if (!address) return Error{"MessageEvent: an address of 20 bytes expected"};
  if (!type || !content) return Error{"MessageEvent: a text does not lie within the data"};
  return MessageLog{*timestamp, *address, *type, *content};
}

Result<Bytes> encode_log(const SyncLog& log) {
  Bytes out;
  append_number(out, log.timestamp);
  if (!append_address(out, log.address)) return Error{"SyncEvent: address: 0x and 40 digits expected"};
  append_texts(out, 2, log.message);
  return out;
}

Result<Bytes> encode_log(const MessageLog& log) {
  Bytes out;
  append_number(out, log.timestamp);
  if (!append_address(out, log.address)) return Error{"MessageEvent: address: 0x and 40 digits expected"};
  append_texts(out, 2, log.type, log.content);
  return out;
}

Bytes encode_do_emit(std::string_view message) {
  Bytes out = selector_of(kDoEmitSignature);
  append_texts(out, 0, message);
  return out;
}

Bytes encode_do_message(std::string_view type, std::string_view content) {
  Bytes out = selector_of(kDoMessageSignature);
  append_texts(out, 0, type, content);
  return out;
}

Result<std::string> decode_do_emit(ByteView data) {
  const auto arguments = arguments_of(data, kDoEmitSignature);
  if (!arguments) return Error{"not a call of doEmit"};
  auto text = AbiReader(*arguments).text();
  if (!text) return Error{"doEmit: the message does not lie within the data"};
  return *std::move(text);
}

Result<DoMessageCall> decode_do_message(ByteView data) {
  const auto arguments = arguments_of(data, kDoMessageSignature);
  if (!arguments) return Error{"not a call of doMessage"};
  AbiReader reader(*arguments);
  auto type = reader.text();
  auto content = reader.text();
  if (!type || !content) return Error{"doMessage: a text does not lie within the data"};
  return DoMessageCall{*std::move(type), *std::move(content)};
}

}  // namespace lastmile::chain
