#include "core/node/content_link.hpp"

#include <algorithm>
#include <utility>

#include "core/gossip/content_check.hpp"
#include "core/message/envelope.hpp"

namespace lastmile::node {
namespace {

using gossip::Room;

// What the queue `fetch` is made of.
constexpr Room kContentRooms[] = {Room::contents, Room::contents_again, Room::files_again};

std::size_t fetch_places(const NodeConfig& config) { return std::max<std::size_t>(4, config.limits.fetch_wanted); }

// After 1/8, 1/4 and 1/2 s: what was told of is nearly always at the next peer by then (docs/decisions/0172).
constexpr int kEarlyRounds = 3;

// Half of the places are for what has just come, the others for what is asked for in turn. There a name is asked for
// two or three times in its turn, which bounds what names that nobody has cost each peer.
gossip::FetchParams fetch_params(const NodeConfig& config) {
  gossip::FetchParams params;
  const auto room = [&params](Room r) -> auto& { return params.rooms[static_cast<std::size_t>(r)]; };
  const std::size_t places = fetch_places(config);
  const Duration turn = config.intervals.fetch_turn;
  room(Room::contents_again) = {places / 4, turn, turn / 4};
  room(Room::files_again) = room(Room::contents_again);
  room(Room::contents).places = places - 2 * (places / 4);
  room(Room::contents).early_rounds = kEarlyRounds;
  room(Room::envelopes).places = places;
  params.range_deadline = config.intervals.content_deadline;
  params.rounds_max = config.limits.retries + 1;
  params.checks_max = config.limits.content_checks;
  params.check_bytes_max = config.limits.content_check_bytes;
  return params;
}

}  // namespace

// One request being answered: blobs are read one after the other, so that a request holds one of them in memory.
struct ContentLink::Answering {
  Answering(gossip::ContentRequest r, env::Reply done)
      : request(std::move(r)), builder(request.only_have), reply(std::move(done)) {}
  gossip::ContentRequest request;
  gossip::AnswerBuilder builder;
  env::Reply reply;
  std::size_t next = 0;
};

ContentLink::ContentLink(env::Clock& clock, env::Timers& timers, env::Network& network, env::Disk& disk,
                         env::Random& random, const store::Store& store, HashingJobs& jobs, trace::Sink& sink,
                         QueueGauges& gauges, const NodeConfig& config, ContentReceiver& receiver)
    : clock_(clock),
      timers_(timers),
      network_(network),
      disk_(disk),
      random_(random),
      store_(store),
      jobs_(jobs),
      sink_(sink),
      gauges_(gauges),
      receiver_(receiver),
      fetcher_(fetch_params(config), random.stream("content")) {
  gauges_.set_limit(trace::Queue::fetch, fetch_places(config));
  jobs_.reserve(config.limits.content_checks);
  network_.listen(env::Protocol::content, *this);
  network_.listen_content(*this);
}

void ContentLink::on_connected(env::PeerId peer) {
  fetcher_.on_connected(peer);
  plan_later();
}

void ContentLink::on_lost(env::PeerId peer) { fetcher_.on_lost(peer); }

void ContentLink::on_forgotten(env::PeerId peer) { fetcher_.on_forgotten(peer); }

// --- answering

void ContentLink::on_frame(env::PeerId from, const env::Frame&) {
  network_.close(from, env::CloseReason::protocol_error);  // requests only
}

void ContentLink::on_request(env::PeerId from, const env::Frame& frame, env::Reply reply) {
  auto message = gossip::content_message(frame);
  if (!message.ok() || !std::holds_alternative<gossip::ContentRequest>(*message)) {
    reply(Error{"not a content request"});
    return network_.close(from, env::CloseReason::protocol_error);
  }
  answer_next(std::make_shared<Answering>(std::get<gossip::ContentRequest>(std::move(*message)), std::move(reply)));
}

// What cannot be read is not absent, and is no other content: the peer is told so, and the node stops.
template <class T, class Reply>
bool ContentLink::usable(const Result<T>& result, Reply& reply) {
  if (result.ok()) return true;
  reply(Error{"the disk is damaged"});
  receiver_.damaged_content(result.error());
  return false;
}

void ContentLink::answer_next(const std::shared_ptr<Answering>& state) {
  while (state->next < state->request.wanted.size()) {
    const gossip::ContentName name = state->request.wanted[state->next++];
    if (random_.happens(env::RarePath::content_not_here)) {
      state->builder.absent(name);
      continue;
    }
    if (name.kind == gossip::ContentKind::envelope) {
      const auto envelope = store_.envelope_for_peer(name.hash);
      if (!usable(envelope, state->reply)) return;
      if (*envelope == nullptr) {
        state->builder.absent(name);
      } else {
        state->builder.have(name, std::make_shared<const std::string>(message::serialize_envelope(**envelope)));
      }
      continue;
    }
    const auto file = store_.file_bytes(name.hash);
    const auto content = store_.content_bytes(name.hash);
    if (!usable(file, state->reply) || !usable(content, state->reply)) return;
    const auto size = *file ? *file : *content;
    if (!size) {
      state->builder.absent(name);
    } else if (*size > gossip::kInlineBytesMax || state->request.only_have) {
      state->builder.have_large(name, *size);
    } else if (!*file) {
      auto text = store_.content(name.hash);
      if (!usable(text, state->reply)) return;
      state->builder.have(name, std::make_shared<const std::string>(**std::move(text)));
    } else {
      disk_.get_blob({.name = name.hash.text()}, [this, state, name](Result<Bytes> bytes) {
        if (bytes.ok()) {
          state->builder.have(name, std::make_shared<const std::string>(as_text(*bytes)));
        } else {
          state->builder.absent(name);
        }
        answer_next(state);
      });
      return;
    }
  }
  state->reply(gossip::ContentBody::of(state->builder.take()));
}

void ContentLink::on_fetch(env::PeerId, const env::ContentRange& range, Callback<void(Result<Bytes>)> reply) {
  const auto name = gossip::parse_content_name(range.name);
  if (!name.ok()) return reply(Error{"no such content: " + range.name});
  if (name->kind == gossip::ContentKind::envelope) {  // too large for an answer
    const auto envelope = store_.envelope_for_peer(name->hash);
    if (!usable(envelope, reply)) return;
    if (*envelope == nullptr) return reply(Error{"no such content: " + range.name});
    const std::string text = message::serialize_envelope(**envelope);
    const std::uint64_t from = std::min<std::uint64_t>(range.offset, text.size());
    return reply(to_bytes(std::string_view(text).substr(from, range.length)));
  }
  const auto file = store_.file_bytes(name->hash);
  if (!usable(file, reply)) return;
  if (*file) return disk_.get_blob({name->hash.text(), range.offset, range.length}, std::move(reply));
  const auto content = store_.content(name->hash, range.offset, range.length);
  if (!usable(content, reply)) return;
  if (!*content) return reply(Error{"no such content: " + range.name});
  reply(to_bytes(**content));
}

// --- asking

bool ContentLink::fetch(const gossip::ContentName& name, Room room, std::optional<env::PeerId> hint,
                        std::optional<Duration> retry_max) {
  const env::PeerId peers[] = {hint.value_or(env::PeerId{})};
  if (!fetcher_.want(name, room, {peers, hint ? 1U : 0U}, clock_.now(), retry_max)) return false;
  gauge();
  plan_later();
  return true;
}

bool ContentLink::want_content(const message::ItemHash& content, std::optional<env::PeerId> hint, Room room) {
  const bool no_luck = random_.happens(env::RarePath::content_found_no_place);
  if (!no_luck && fetch({gossip::ContentKind::bytes, content}, room, hint)) return true;
  if (room == Room::contents) gauges_.refuse(trace::Queue::fetch, content.view());  // others are asked for in turn
  return false;
}

void ContentLink::want_archive(const message::ItemHash& archive, Duration retry_max) {
  fetch({gossip::ContentKind::bytes, archive}, Room::own, std::nullopt, retry_max);
}

bool ContentLink::want_envelope(const message::ItemHash& message, std::optional<env::PeerId> hint) {
  return fetch({gossip::ContentKind::envelope, message}, Room::envelopes, hint);
}

void ContentLink::forget_envelope(const message::ItemHash& message) {
  fetcher_.forget({gossip::ContentKind::envelope, message});
}

void ContentLink::content_at_hand(const message::ItemHash& content) {
  const gossip::ContentName name{gossip::ContentKind::bytes, content};
  if (!fetcher_.wanted(name)) return;
  fetcher_.came_another_way(name);
  plan_later();
}

void ContentLink::gauge() {
  std::uint64_t depth = 0;
  for (const Room room : kContentRooms) depth += fetcher_.taken(room);
  gauges_.set_depth(trace::Queue::fetch, depth);
}

std::optional<Instant> ContentLink::oldest() const {
  std::optional<Instant> first;
  for (const Room room : kContentRooms) {
    if (const auto since = fetcher_.oldest(room)) first = std::min(first.value_or(*since), *since);
  }
  return first;
}

void ContentLink::tell_given_up() {
  for (const gossip::GivenUp& given_up : fetcher_.take_given_up()) {
    if (!fetcher_.wanted(given_up.name)) receiver_.on_content_given_up(given_up);  // else wanted anew since
  }
}

void ContentLink::plan_later() {
  if (plan_due_) return;  // also when nothing is left to fetch: what was given up last is told by plan()
  plan_due_ = true;
  timers_.after(Duration{}, [this] {
    plan_due_ = false;
    plan();
  });
}

void ContentLink::plan() {
  for (gossip::FetchOrder& order : fetcher_.plan(clock_.now())) carry_out(std::move(order));
  gauge();
  tell_given_up();
  if (pause_.value != 0) timers_.cancel(pause_);
  pause_ = {};
  if (const auto next = fetcher_.next_plan()) {
    pause_ = timers_.after(*next - clock_.now(), [this] {
      pause_ = {};
      plan();
    });
  }
}

void ContentLink::carry_out(gossip::FetchOrder order) {
  if (order.range) {
    network_.fetch(order.peer, *order.range, order.deadline, [this, id = order.id](Result<Bytes> bytes) {
      if (bytes.ok()) {
        hand_over(fetcher_.on_range(id, *bytes, clock_.now()));
      } else {
        fetcher_.on_failed(id, clock_.now());
      }
      plan_later();
    });
    return;
  }
  network_.request(order.peer, env::Protocol::content, gossip::ContentBody::of(std::move(order.request)),
                   order.deadline, [this, id = order.id](Result<env::Frame> frame) {
                     std::optional<gossip::ContentAnswer> answer;
                     if (frame.ok()) {
                       auto message = gossip::content_message(*frame);
                       if (message.ok() && std::holds_alternative<gossip::ContentAnswer>(*message)) {
                         answer = std::get<gossip::ContentAnswer>(std::move(*message));
                       }
                     }
                     if (answer) {
                       hand_over(fetcher_.on_answer(id, *answer, clock_.now()));
                     } else {
                       fetcher_.on_failed(id, clock_.now());
                     }
                     plan_later();
                   });
}

void ContentLink::hand_over(const gossip::Received& received) {
  for (const gossip::ContentCheck& check : received.checks) {
    jobs_.submit(gossip::content_check_job(check.name, check.bytes),
                 [this, id = check.id](const env::JobResult& result) {
                   const bool matches = gossip::content_checked(result);
                   if (!matches) trace::mark(sink_, trace::RareState::content_mismatch);
                   const auto arrival = fetcher_.on_checked(id, matches, clock_.now());
                   if (arrival) receiver_.on_content(*arrival);
                   plan_later();
                 });
  }
  for (const gossip::Arrival& arrival : received.arrivals) receiver_.on_content(arrival);
}

}  // namespace lastmile::node
