// What goes into the store and what it answers.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/time.hpp"
#include "core/message/content.hpp"
#include "core/message/envelope.hpp"
#include "core/message/error_code.hpp"
#include "core/message/item_hash.hpp"
#include "core/message/status.hpp"

namespace lastmile::store {

// A message whose format and signature were found good. Whoever makes one promises that.
struct ValidMessage {
  std::shared_ptr<const message::Envelope> envelope;  // with its item_content when inline
  std::shared_ptr<const message::Content> content;    // as completed by messages.md 1.3
  // Not inline only: the fetched bytes, whose hash was checked. Kept by the store (once), since judging again needs
  // them.
  std::shared_ptr<const std::string> fetched;
};

// A transaction that carried the message (messages.md 5.6).
struct Confirmation {
  std::string chain;  // chain code of the transaction, e.g. "ETH"
  std::uint64_t height = 0;
  std::string transaction;  // its hash, as the chain writes it
  Wall time;                // of the block
  std::string publisher;
  bool final = false;  // cannot be taken back by a reorganisation

  friend bool operator==(const Confirmation&, const Confirmation&) = default;
};

struct Confirmed {
  message::ItemHash message;
  Confirmation confirmation;
};

// What a copy of a message that is known could change, were its signature good (docs/decisions/0123, 0125).
struct CopyLook {
  message::Status status = message::Status::none;  // of the message
  bool signed_here = false;  // a copy with this statement (message::statement_of) is kept: the signature is good
  bool known = false;        // an authentic envelope of the message is here, in whatever status
  bool news = true;          // who stands for the message, what is kept of it, or what becomes of it
  // Of a message that waits for its content: only the time, which is a guess of that of the content.
  bool earlier = false;
};

struct StatusChange {
  message::ItemHash hash;
  message::Status from = message::Status::none;
  message::Status to = message::Status::none;
  std::optional<message::ErrorCode> code;  // when `to` is pending or rejected

  friend bool operator==(const StatusChange&, const StatusChange&) = default;
};

// What a waiting message lacks.
struct Need {
  enum class Kind : std::uint8_t {
    message,    // this message: an original, a FORGET's target, a STORE that is referred to
    file,       // the bytes of this file: fetch them, then call put_file
    aggregate,  // `name`: an element of this key of the FORGET's content.address
    content,    // the message's own content: fetch it, then accept() the whole
  };
  Kind kind = Kind::message;
  message::ItemHash hash;
  std::string name;
  friend bool operator==(const Need&, const Need&) = default;
};

// What became of the message a call was about, and of others that depended on it.
struct Outcome {
  // Was it known before, in any status but rejected? Then only a confirmation or an earlier time may have been noted.
  bool known_before = false;
  message::Status status = message::Status::none;
  std::optional<message::ErrorCode> code;  // pending: what it waits for; rejected: why
  std::string details;                     // JSON text of "details" (messages.md 5.5), or empty
  std::vector<Need> needs;                 // when waiting
  // Every change of status this call made, the message itself included, in the order they happened; each is a
  // message::legal_move (a new message goes none -> pending -> processed).
  std::vector<StatusChange> changes;
  // True: more is to be judged than one call may; it goes on in the next call, tick() at the latest.
  bool unfinished = false;
};

}  // namespace lastmile::store
