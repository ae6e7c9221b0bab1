#include "core/node/archive_feed.hpp"

#include <set>
#include <utility>

namespace lastmile::node {

struct ArchiveFeed::State : std::enable_shared_from_this<State> {
  State(env::Timers& t, const Limits& l, chain::SharedArchive a, Offer o, Callback<void()> d)
      : timers(t), limits(l), archive(std::move(a)), offer(std::move(o)), done(std::move(d)) {}

  void go_on_soon();
  void pause();
  void go_on();
  void on_receipt(std::size_t position, const Receipt& receipt);

  env::Timers& timers;
  const Limits& limits;
  chain::SharedArchive archive;
  Offer offer;
  Callback<void()> done;
  std::set<std::size_t> refused;  // positions to be offered again
  std::size_t next = 0;           // never offered so far
  std::size_t outstanding = 0;
  bool due = false;      // goes on in the next turn of the loop
  bool paused = false;   // by a refusal
  bool stopped = false;  // the feed was destroyed
};

void ArchiveFeed::State::go_on_soon() {
  if (std::exchange(due, true)) return;
  timers.after(Duration{}, [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (self == nullptr) return;
    self->due = false;
    self->go_on();
  });
}

void ArchiveFeed::State::pause() {
  if (std::exchange(paused, true)) return;
  timers.after(limits.feed_pause, [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (self == nullptr) return;
    self->paused = false;
    self->go_on();
  });
}

void ArchiveFeed::State::go_on() {
  const auto& messages = archive->messages;
  while (!paused && !stopped && outstanding < limits.feed_at_once && (!refused.empty() || next < messages.size())) {
    const std::size_t position = refused.empty() ? next++ : refused.extract(refused.begin()).value();
    ++outstanding;
    offer(messages[position], [weak = weak_from_this(), position](const Receipt& receipt) {
      if (const auto self = weak.lock()) self->on_receipt(position, receipt);
    });
  }
  if (!stopped && outstanding == 0 && refused.empty() && next == messages.size() && done) std::exchange(done, {})();
}

void ArchiveFeed::State::on_receipt(std::size_t position, const Receipt& receipt) {
  --outstanding;
  if (receipt.status == message::Status::none) {
    refused.insert(position);
    pause();
  } else {
    go_on_soon();  // never inside a call of who gave the receipt
  }
}

ArchiveFeed::ArchiveFeed(env::Timers& timers, const Limits& limits, chain::SharedArchive archive, Offer offer,
                         Callback<void()> done)
    : state_(std::make_shared<State>(timers, limits, std::move(archive), std::move(offer), std::move(done))) {
  state_->go_on_soon();
}

ArchiveFeed::~ArchiveFeed() { state_->stopped = true; }

}  // namespace lastmile::node
