// Messages, archives and events made up for the tests of this folder.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/base/check.hpp"
#include "core/chain/archive_job.hpp"
#include "core/chain/follower.hpp"
#include "core/crypto/hash.hpp"
#include "core/env/chain_gateway.hpp"
#include "core/message/envelope.hpp"

namespace lastmile::chain {

inline Instant after(std::int64_t s) { return Instant{} + seconds(s); }
inline Wall at(std::int64_t seconds_since_1970) { return Wall{seconds_since_1970 * 1'000'000'000}; }

// Message number n: a well-formed envelope whose signature nobody checks here.
inline message::Envelope message_of(unsigned n, std::size_t filling = 0) {
  message::Envelope envelope;
  envelope.sender = "0x" + std::string(40, 'a');
  envelope.type = message::Type::POST;
  envelope.item_content = R"({"n":)" + std::to_string(n) + R"(,"text":")" + std::string(filling, 'x') + R"("})";
  envelope.item_hash = message::ItemHash::of(crypto::sha256(*envelope.item_content));
  envelope.signature = "signature " + std::to_string(n);
  envelope.time_number = 1'700'000'000.25 + n;
  envelope.time = *message::wall_of_seconds(envelope.time_number);
  return envelope;
}

inline std::shared_ptr<const message::Envelope> shared_message(unsigned n, std::size_t filling = 0) {
  return std::make_shared<const message::Envelope>(message_of(n, filling));
}

inline std::vector<message::Envelope> copies(const std::vector<std::shared_ptr<const message::Envelope>>& shared) {
  std::vector<message::Envelope> out;
  for (const auto& envelope : shared) out.push_back(*envelope);
  return out;
}

struct MadeArchive {
  std::string text;
  message::ItemHash name;
  std::string payload;
};

inline MadeArchive archive_of(const std::vector<unsigned>& messages) {
  ArchiveWriter writer({});
  for (const unsigned n : messages) LM_CHECK(writer.add(message_of(n)));
  MadeArchive made;
  made.text = writer.finish();
  made.name = archive_name(made.text, ArchiveNaming::storage);
  made.payload = R"({"protocol":"aleph-offchain","version":1,"content":")" + made.name.text() + R"("})";
  return made;
}

// The file is there and was read.
inline void arrive(ChainFollower& follower, const message::ItemHash& name, std::string_view text, Instant now) {
  env::Job job = archive_reading_job(name, std::make_shared<const std::string>(text), true);
  follower.archive_read(name, archive_read(job.run()), now);
}

inline env::ChainEvent sync_event(std::string transaction, std::string payload, std::string publisher = "0xemitter") {
  env::ChainEvent event;
  event.kind = env::ChainEvent::Kind::sync;
  event.transaction = std::move(transaction);
  event.publisher = std::move(publisher);
  event.payload = std::move(payload);
  return event;
}

inline env::ChainEvent message_event(std::string transaction, std::string content, std::string type = "POST") {
  env::ChainEvent event = sync_event(std::move(transaction), std::move(content));
  event.kind = env::ChainEvent::Kind::message;
  event.message_type = std::move(type);
  return event;
}

inline env::ChainBlock block_of(std::uint64_t height, std::string hash, std::string parent,
                                std::vector<env::ChainEvent> events = {}) {
  env::ChainBlock block;
  block.height = {height};
  block.hash = std::move(hash);
  block.parent = std::move(parent);
  block.time = at(1'700'000'000 + static_cast<std::int64_t>(height) * 12);
  block.events = std::move(events);
  for (env::ChainEvent& event : block.events) {
    event.height = block.height;
    event.block_hash = block.hash;
    event.time = block.time;
  }
  return block;
}

}  // namespace lastmile::chain
