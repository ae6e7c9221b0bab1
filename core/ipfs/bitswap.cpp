#include "core/ipfs/bitswap.hpp"

#include <string>

#include "core/base/protobuf.hpp"
#include "core/crypto/hash.hpp"
#include "core/ipfs/limits.hpp"

namespace lastmile::ipfs::bitswap {
namespace {

constexpr int kWantlist = 1, kBlocks = 2, kPayload = 3, kPresences = 4, kPendingBytes = 5;
constexpr int kEntries = 1, kFull = 2;
constexpr int kWantCid = 1, kWantPriority = 2, kWantCancel = 3, kWantTypeField = 4, kWantSendDoNotHave = 5;
constexpr int kBlockPrefix = 1, kBlockData = 2;
constexpr int kPresenceCid = 1, kPresenceType = 2;

Error mistake(const char* text) { return {std::string("bitswap: ") + text}; }

// Numbers of protobuf's int32, which are written with 64 bits when negative.
std::int32_t int32_of(std::uint64_t value) { return static_cast<std::int32_t>(static_cast<std::uint32_t>(value)); }
std::uint64_t varint_of(std::int32_t value) { return static_cast<std::uint64_t>(std::int64_t{value}); }

Result<Want> decode_want(ByteView bytes) {
  Want want;
  want.priority = 0;
  bool has_cid = false;
  pb::Reader reader(bytes);
  while (const auto field = reader.next()) {
    if (field->is_bytes(kWantCid)) {
      auto cid = crypto::Cid::parse_bytes(field->bytes);
      if (!cid || has_cid) return mistake("a want whose CID is none");
      want.cid = std::move(*cid);
      has_cid = true;
    } else if (field->is_varint(kWantPriority)) {
      want.priority = int32_of(field->value);
    } else if (field->is_varint(kWantCancel)) {
      want.cancel = field->value != 0;
    } else if (field->is_varint(kWantTypeField)) {
      if (field->value > static_cast<std::uint64_t>(WantType::have)) return mistake("a want of an unknown type");
      want.type = static_cast<WantType>(field->value);
    } else if (field->is_varint(kWantSendDoNotHave)) {
      want.send_do_not_have = field->value != 0;
    }
  }
  if (!reader.ok() || !has_cid) return mistake("a want that is none");
  return want;
}

Result<Unit> decode_wantlist(ByteView bytes, Message& out) {
  pb::Reader reader(bytes);
  while (const auto field = reader.next()) {
    if (field->is_bytes(kEntries)) {
      if (out.wants.size() == kBitswapEntriesMax) return mistake("too many wants in one message");
      auto want = decode_want(field->bytes);
      if (!want) return want.error();
      out.wants.push_back(*std::move(want));
    } else if (field->is_varint(kFull)) {
      out.full = field->value != 0;
    }
  }
  if (!reader.ok()) return mistake("a list of wants that is none");
  return Unit{};
}

std::optional<Prefix> decode_prefix(ByteView bytes) {
  Prefix prefix;
  for (std::uint64_t* part : {&prefix.version, &prefix.codec, &prefix.hash_function, &prefix.digest_bytes}) {
    const auto value = crypto::take_varint(bytes);
    if (!value) return std::nullopt;
    *part = *value;
  }
  if (!bytes.empty() || prefix.version > 1) return std::nullopt;
  return prefix;
}

Result<Block> decode_block(ByteView bytes) {
  std::optional<Prefix> prefix;
  ByteView data;
  pb::Reader reader(bytes);
  while (const auto field = reader.next()) {
    if (field->is_bytes(kBlockPrefix)) {
      prefix = decode_prefix(field->bytes);
      if (!prefix) return mistake("a block whose prefix is none");
    } else if (field->is_bytes(kBlockData)) {
      data = field->bytes;
    }
  }
  if (!reader.ok() || !prefix) return mistake("a block that is none");
  if (data.size() > kBlockBytesMax) return mistake("a block above the limit");
  return Block{*prefix, Bytes(data.begin(), data.end())};
}

Result<BlockPresence> decode_presence(ByteView bytes) {
  BlockPresence presence;
  bool has_cid = false;
  pb::Reader reader(bytes);
  while (const auto field = reader.next()) {
    if (field->is_bytes(kPresenceCid)) {
      auto cid = crypto::Cid::parse_bytes(field->bytes);
      if (!cid || has_cid) return mistake("a presence whose CID is none");
      presence.cid = std::move(*cid);
      has_cid = true;
    } else if (field->is_varint(kPresenceType)) {
      if (field->value > static_cast<std::uint64_t>(Presence::do_not_have))
        return mistake("a presence of an unknown type");
      presence.presence = static_cast<Presence>(field->value);
    }
  }
  if (!reader.ok() || !has_cid) return mistake("a presence that is none");
  return presence;
}

Result<Unit> add_block(Message& out, Result<Block> block) {
  if (!block) return block.error();
  if (out.blocks.size() == kBitswapBlocksMax) return mistake("too many blocks in one message");
  out.blocks.push_back(*std::move(block));
  return Unit{};
}

Result<Unit> decode_field(const pb::Field& field, Message& out) {
  if (field.is_bytes(kWantlist)) return decode_wantlist(field.bytes, out);
  if (field.is_bytes(kBlocks)) {  // of version 1.0: sha2-256, version 0
    if (field.bytes.size() > kBlockBytesMax) return mistake("a block above the limit");
    return add_block(out, Block{prefix_of(crypto::Cid::v0({})), Bytes(field.bytes.begin(), field.bytes.end())});
  }
  if (field.is_bytes(kPayload)) return add_block(out, decode_block(field.bytes));
  if (field.is_bytes(kPresences)) {
    auto presence = decode_presence(field.bytes);
    if (!presence) return presence.error();
    if (out.presences.size() == kBitswapPresencesMax) return mistake("too many presences in one message");
    out.presences.push_back(*std::move(presence));
  } else if (field.is_varint(kPendingBytes)) {
    out.pending_bytes = int32_of(field.value);
  }
  return Unit{};
}

// Hashes that we compute (ipfs.md 1); empty for others.
std::optional<Bytes> digest_of(std::uint64_t function, ByteView data) {
  const auto bytes = [](const auto& digest) { return Bytes(digest.begin(), digest.end()); };
  switch (function) {
    case crypto::multihash::kIdentity:
      return Bytes(data.begin(), data.end());
    case crypto::multihash::kSha2_256:
      return bytes(crypto::sha256(data).bytes);
    case crypto::multihash::kSha2_512:
      return bytes(crypto::sha512(data));
    case crypto::multihash::kBlake2b_256:
      return bytes(crypto::blake2b_256(data).bytes);
    default:
      return std::nullopt;
  }
}

}  // namespace

Result<Message> decode(ByteView bytes) {
  if (bytes.size() > kBitswapMessageBytesMax) return mistake("a message above the limit");
  Message message;
  pb::Reader reader(bytes);
  while (const auto field = reader.next()) {
    if (const auto taken = decode_field(*field, message); !taken) return taken.error();
  }
  if (!reader.ok()) return mistake("not protobuf");
  return message;
}

Bytes encode(const Message& message) {
  Bytes out;
  if (!message.wants.empty() || message.full) {
    Bytes list;
    for (const Want& want : message.wants) {
      Bytes entry;
      pb::put_bytes_field(entry, kWantCid, want.cid.bytes());
      pb::put_varint_field(entry, kWantPriority, varint_of(want.priority));
      if (want.cancel) pb::put_varint_field(entry, kWantCancel, 1);
      if (want.type != WantType::block)
        pb::put_varint_field(entry, kWantTypeField, static_cast<std::uint64_t>(want.type));
      if (want.send_do_not_have) pb::put_varint_field(entry, kWantSendDoNotHave, 1);
      pb::put_bytes_field(list, kEntries, entry);
    }
    if (message.full) pb::put_varint_field(list, kFull, 1);
    pb::put_bytes_field(out, kWantlist, list);
  }
  for (const Block& block : message.blocks) {
    Bytes prefix;
    for (const std::uint64_t part :
         {block.prefix.version, block.prefix.codec, block.prefix.hash_function, block.prefix.digest_bytes})
      crypto::append_varint(prefix, part);
    pb::put_length(out, kPayload, pb::bytes_field_size(prefix.size()) + pb::bytes_field_size(block.data.size()));
    pb::put_bytes_field(out, kBlockPrefix, prefix);
    pb::put_bytes_field(out, kBlockData, block.data);
  }
  for (const BlockPresence& presence : message.presences) {
    Bytes entry;
    pb::put_bytes_field(entry, kPresenceCid, presence.cid.bytes());
    pb::put_varint_field(entry, kPresenceType, static_cast<std::uint64_t>(presence.presence));
    pb::put_bytes_field(out, kPresences, entry);
  }
  if (message.pending_bytes != 0) pb::put_varint_field(out, kPendingBytes, varint_of(message.pending_bytes));
  return out;
}

Prefix prefix_of(const crypto::Cid& cid) {
  return {static_cast<std::uint64_t>(cid.version()), cid.codec(), cid.hash_function(), cid.digest().size()};
}

std::optional<crypto::Cid> cid_of(const Block& block) {
  const Prefix& prefix = block.prefix;
  const auto digest = digest_of(prefix.hash_function, block.data);
  if (!digest || digest->size() != prefix.digest_bytes || digest->size() > crypto::kCidBytesMax) return std::nullopt;
  Bytes bytes;
  if (prefix.version == 0) {
    if (prefix.codec != crypto::codec::kDagPb || prefix.hash_function != crypto::multihash::kSha2_256)
      return std::nullopt;
  } else {
    crypto::append_varint(bytes, prefix.version);
    crypto::append_varint(bytes, prefix.codec);
  }
  crypto::append_varint(bytes, prefix.hash_function);
  crypto::append_varint(bytes, prefix.digest_bytes);
  append(bytes, *digest);
  return crypto::Cid::parse_bytes(bytes);
}

}  // namespace lastmile::ipfs::bitswap
