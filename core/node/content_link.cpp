#include "core/node/content_link.hpp"

#include <algorithm>
#include <utility>

#include "core/gossip/content_check.hpp"
#include "core/message/envelope.hpp"

namespace lastmile::node {
namespace {

gossip::FetchParams fetch_params(const NodeConfig& config) {
  gossip::FetchParams params;
  params.contents_max = config.limits.fetch_wanted + config.limits.archives_wanted;
  params.envelopes_max = config.limits.fetch_wanted;
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
                         Generator& random, const store::Store& store, HashingJobs& jobs, const NodeConfig& config,
                         ContentReceiver& receiver)
    : clock_(clock),
      timers_(timers),
      network_(network),
      disk_(disk),
      store_(store),
      jobs_(jobs),
      receiver_(receiver),
      waiting_max_(config.limits.fetch_waiting),
      fetcher_(fetch_params(config), random) {
  jobs_.reserve(config.limits.content_checks);
  network_.listen(env::Protocol::content, *this);
  network_.listen_content(*this);
}

void ContentLink::on_connected(env::PeerId peer) {
  fetcher_.on_connected(peer);
  plan_later();
}

void ContentLink::on_lost(env::PeerId peer) { fetcher_.on_lost(peer); }

void ContentLink::on_forgotten(env::PeerId peer) {
  fetcher_.on_forgotten(peer);
  for (auto& [_, waiting] : waiting_) {
    if (waiting.hint == peer) waiting.hint.reset();
  }
}

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

void ContentLink::answer_next(std::shared_ptr<Answering> state) {
  while (state->next < state->request.wanted.size()) {
    const gossip::ContentName name = state->request.wanted[state->next++];
    if (name.kind == gossip::ContentKind::envelope) {
      const auto envelope = store_.envelope_for_peer(name.hash);
      if (!envelope.ok() || *envelope == nullptr) {
        state->builder.absent(name);
      } else {
        state->builder.have(name, std::make_shared<const std::string>(message::serialize_envelope(**envelope)));
      }
      continue;
    }
    const auto file = store_.file_bytes(name.hash);
    const auto content = store_.content_bytes(name.hash);
    if (!file.ok() || !content.ok()) return state->reply(Error{"the disk is damaged"});
    const auto size = *file ? *file : *content;
    if (!size) {
      state->builder.absent(name);
    } else if (*size > gossip::kInlineBytesMax || state->request.only_have) {
      state->builder.have_large(name, *size);
    } else if (!*file) {
      auto text = store_.content(name.hash);
      if (!text.ok()) return state->reply(text.error());
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
  if (!name.ok() || name->kind != gossip::ContentKind::bytes) return reply(Error{"no such content: " + range.name});
  const auto file = store_.file_bytes(name->hash);
  if (file.ok() && *file) return disk_.get_blob({name->hash.text(), range.offset, range.length}, std::move(reply));
  const auto content = store_.content(name->hash, range.offset, range.length);
  if (!content.ok()) return reply(content.error());
  if (!*content) return reply(Error{"no such content: " + range.name});
  reply(to_bytes(**content));
}

// --- asking

bool ContentLink::fetch(const gossip::ContentName& name, std::optional<env::PeerId> hint,
                        std::optional<Duration> retry_max) {
  const env::PeerId peers[] = {hint.value_or(env::PeerId{})};
  return fetcher_.want(name, {peers, hint ? 1U : 0U}, clock_.now(), retry_max);
}

void ContentLink::want_content(const message::ItemHash& content, std::optional<env::PeerId> hint,
                               std::optional<Duration> retry_max) {
  const gossip::ContentName name{gossip::ContentKind::bytes, content};
  const bool first = waiting_.empty() || fetcher_.wanted(name);  // nobody waits longer than this one
  if (first && fetch(name, hint, retry_max)) return plan_later();
  if (const auto known = waiting_.find(content); known != waiting_.end()) {
    Waiting& waiting = known->second;
    if (!waiting.hint) waiting.hint = hint;
    if (retry_max) waiting.retry_max = std::min(waiting.retry_max.value_or(*retry_max), *retry_max);
  } else if (waiting_.size() < waiting_max_) {
    waiting_.emplace(content, Waiting{hint, retry_max});
    waiting_order_.push_back(content);
  } else {
    turned_away_.insert(content);  // told later: whoever asks is in the middle of something
    plan_later();
  }
}

bool ContentLink::want_envelope(const message::ItemHash& message, std::optional<env::PeerId> hint) {
  if (!fetch({gossip::ContentKind::envelope, message}, hint, std::nullopt)) return false;
  plan_later();
  return true;
}

void ContentLink::forget_envelope(const message::ItemHash& message) {
  fetcher_.forget({gossip::ContentKind::envelope, message});
}

void ContentLink::serve_waiting() {
  while (!waiting_order_.empty()) {
    const auto next = waiting_.find(waiting_order_.front());
    const gossip::ContentName name{gossip::ContentKind::bytes, next->first};
    if (!fetch(name, next->second.hint, next->second.retry_max)) return;
    waiting_.erase(next);
    waiting_order_.pop_front();
  }
}

void ContentLink::tell_given_up() {
  const std::vector<gossip::ContentName> given_up = fetcher_.take_given_up();
  const std::set<message::ItemHash> turned_away = std::exchange(turned_away_, {});
  for (const gossip::ContentName& name : given_up) receiver_.on_content_given_up(name);
  for (const message::ItemHash& content : turned_away) {
    receiver_.on_content_given_up({gossip::ContentKind::bytes, content});
  }
  if (!given_up.empty() && !waiting_.empty()) plan_later();  // places became free
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
  serve_waiting();
  for (gossip::FetchOrder& order : fetcher_.plan(clock_.now())) carry_out(std::move(order));
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

void ContentLink::hand_over(gossip::Received received) {
  for (gossip::ContentCheck& check : received.checks) {
    jobs_.submit(gossip::content_check_job(check.name, std::move(check.bytes)),
                 [this, id = check.id](const env::JobResult& result) {
                   const auto arrival = fetcher_.on_checked(id, gossip::content_checked(result), clock_.now());
                   if (arrival) receiver_.on_content(*arrival);
                   plan_later();
                 });
  }
  for (const gossip::Arrival& arrival : received.arrivals) receiver_.on_content(arrival);
}

}  // namespace lastmile::node
