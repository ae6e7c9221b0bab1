// What a synchronization node writes into a chain, and when (messages.md 6.5). Pure: the node gives the unconfirmed
// messages in the order of their reception, has the archive written (archive_job.hpp) and submits what comes out. One
// packer per chain.
//
// While an archive of ours is on its way into the chain, the next one waits, and its messages are not packed again. It
// has landed when its messages are taken in with the confirmation; if that does not happen in time (the transaction was
// lost, or a reorganisation took it back for good) they are packed anew, which is harmless.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "core/base/time.hpp"
#include "core/chain/archive_job.hpp"
#include "core/message/envelope.hpp"
#include "core/message/item_hash.hpp"

namespace lastmile::chain {

struct PackerConfig {
  Duration every = seconds(35);       // between two archives
  Duration lost_after = minutes(10);  // an archive that has not landed by then is given up
  ArchiveWriter::Limits archive{};
  ArchiveNaming naming = ArchiveNaming::cid_v0;
};

class Packer {
 public:
  // first: when the first archive is due, at most config.every from now. Drawn by the node, so that synchronization
  // nodes that started together do not write the same messages all at once.
  Packer(PackerConfig config, Instant first);

  // Is it time, and is no archive of ours being written or on its way?
  bool due(Instant now) const;

  // Messages without a confirmation on this chain, in order of reception; live ones with a signature, tombstones if
  // wanted. Empty when there is nothing to write; the next round is then `every` later. Call when due().
  std::optional<ArchiveOrder> begin(std::span<const std::shared_ptr<const message::Envelope>> unconfirmed, Instant now);
  // What the order became. Keep the file under its name, peers will ask, then submit the payload.
  std::string written(const WrittenArchive& archive, Instant now);

  // The chain did not accept the transaction: its messages are free for the next round.
  void submit_failed(const message::ItemHash& archive, Instant now);
  // Its messages were taken in with their confirmation (TakeIn::archive of the follower, after taken_in).
  void landed(const message::ItemHash& archive, Instant now);

  bool in_flight() const { return flight_.has_value(); }
  std::uint64_t archives() const { return archives_; }  // written so far
  std::uint64_t given_up() const { return given_up_; }

 private:
  struct Flight {
    message::ItemHash archive;
    Instant since;
  };

  PackerConfig config_;
  Instant next_;
  bool writing_ = false;
  std::optional<Flight> flight_;
  std::uint64_t archives_ = 0;
  std::uint64_t given_up_ = 0;
};

}  // namespace lastmile::chain
