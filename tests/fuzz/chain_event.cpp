// What a public chain tells: the first character says what the rest is taken for. s, m: data of an event; c: call data;
// p: a payload; e: a contract event "type LF content"; r: the saved state of a follower; b: a block with one event of
// each kind.
#include <string_view>

#include "core/base/check.hpp"
#include "core/chain/contract_message.hpp"
#include "core/chain/ethereum_abi.hpp"
#include "core/chain/follower.hpp"
#include "core/chain/payload.hpp"
#include "core/crypto/hash.hpp"

namespace {

using namespace lastmile;
using namespace lastmile::chain;

void logs(ByteView data) {
  if (const auto log = decode_sync_log(data)) {
    const auto encoded = encode_log(*log);
    LM_CHECK(encoded.ok() && *decode_sync_log(*encoded) == *log);
  }
  if (const auto log = decode_message_log(data)) {
    const auto encoded = encode_log(*log);
    LM_CHECK(encoded.ok() && *decode_message_log(*encoded) == *log);
  }
}

void calls(ByteView data) {
  if (const auto text = decode_do_emit(data)) LM_CHECK(*decode_do_emit(encode_do_emit(*text)) == *text);
  if (const auto call = decode_do_message(data)) {
    const auto again = decode_do_message(encode_do_message(call->type, call->content));
    LM_CHECK(again.ok() && again->type == call->type && again->content == call->content);
  }
}

void payload(std::string_view text) {
  const auto parsed = parse_payload(text);
  if (!parsed) return;
  const auto* reference = std::get_if<ArchiveReference>(&*parsed);
  if (reference == nullptr) return;
  const auto again = parse_payload(write_payload(reference->archive));
  LM_CHECK(again.ok() && std::get<ArchiveReference>(*again).archive == reference->archive);
}

void contract_event(std::string_view text) {
  const std::size_t line = text.find('\n');
  if (line == std::string_view::npos) return;
  const auto made = contract_message({.chain = crypto::Chain::ETH,
                                      .address = "0x0",
                                      .type = text.substr(0, line),
                                      .content = text.substr(line + 1),
                                      .event_time = Wall{1'700'000'000'500'000'000},
                                      .transaction_time = Wall{1'700'000'000'000'000'000}});
  if (!made) return;
  LM_CHECK(!made->has_signature());
  LM_CHECK(made->item_content.has_value());
  LM_CHECK(made->item_hash == message::ItemHash::of(crypto::sha256(*made->item_content)));
}

FollowConfig config() {
  FollowConfig settings;
  settings.name = "chain";
  settings.limits.transactions = 8;
  settings.limits.window_blocks = 8;
  return settings;
}

void saved_state(std::string_view text) {
  ChainFollower follower(config());
  if (!follower.restore(text)) {
    LM_CHECK(follower.queued() == 0 && follower.next_height() == 0);
    return;
  }
  const std::string saved = follower.save();
  ChainFollower again(config());
  LM_CHECK(again.restore(saved).ok());
  LM_CHECK(again.save() == saved);
  follower.start(Instant{});
  follower.on_reorg({follower.next_height() / 2}, Instant{});
  follower.on_final({follower.next_height()}, Instant{});
  for (const FollowAction& action : follower.take_actions()) {
    if (const auto* fetch = std::get_if<FetchArchive>(&action)) follower.archive_unavailable(fetch->archive, Instant{});
    if (const auto* intake = std::get_if<TakeIn>(&action)) follower.taken_in(intake->id, Instant{});
  }
}

void block(std::string_view text) {
  ChainFollower follower(config());
  follower.start(Instant{});
  env::ChainBlock told;
  told.hash = text.substr(0, text.size() / 3);
  env::ChainEvent event;
  event.transaction = text.substr(text.size() / 2);
  event.publisher = text.substr(0, text.size() / 4);
  event.payload = text;
  told.events.push_back(event);
  event.kind = env::ChainEvent::Kind::message;
  event.message_type = text.substr(0, text.find('\n'));
  told.events.push_back(event);
  follower.on_block(told, Instant{});
  ChainFollower copy(config());
  LM_CHECK(copy.restore(follower.save()).ok());
  LM_CHECK(copy.queued() == follower.queued());
  follower.on_final({0}, Instant{});
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const ByteView rest(data + 1, size - 1);
  switch (data[0]) {
    case 's':
    case 'm':
      logs(rest);
      break;
    case 'c':
      calls(rest);
      break;
    case 'p':
      payload(as_text(rest));
      break;
    case 'e':
      contract_event(as_text(rest));
      break;
    case 'r':
      saved_state(as_text(rest));
      break;
    default:
      block(as_text(rest));
  }
  return 0;
}
