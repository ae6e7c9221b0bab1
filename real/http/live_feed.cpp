#include "real/http/live_feed.hpp"

#include <algorithm>

namespace lastmile::http {
namespace {

using message::Status;

constexpr std::uint64_t kHistory = 10;
constexpr std::size_t kEarlyMax = 1000;  // live messages that one subscriber may be behind his history

struct Frames final : env::JobOutput {
  std::vector<std::shared_ptr<const std::string>> frames;
};

std::shared_ptr<const std::string> text_of(const store::MessageRow& row, ContentFormat format, bool size) {
  JsonWriter json;
  append_message(json, row, {.content = format, .size = size});
  return std::make_shared<const std::string>(json.take());
}

// The newest, oldest first.
env::JobResult history_of(const store::View& view, const MessageQuery& query, std::uint64_t history) {
  auto output = std::make_shared<Frames>();
  store::PageRequest page;
  page.per_page = history;
  page.cursor_mode = true;  // nobody needs the total
  const auto found = view.messages(query.filter, page);
  if (!found.ok()) return output;
  for (const store::MessageRow& row : found->items) output->frames.push_back(text_of(row, query.format, true));
  std::reverse(output->frames.begin(), output->frames.end());
  return output;
}

}  // namespace

LiveFeed::LiveFeed(Api& api, real::Loop& node_loop, real::Loop& server_loop)
    : api_(api), node_loop_(node_loop), server_loop_(server_loop) {}
LiveFeed::~LiveFeed() = default;

void LiveFeed::add_routes(Router& router) {
  auto names = message_query_names();
  names.emplace_back("history");
  router.add({.path = "/api/ws0/messages",
              .about = "a WebSocket: the newest messages, then each as it becomes processed",
              .parameters = std::move(names),
              .open = [this](const Request& request, const std::shared_ptr<Socket>& socket) {
                return open(request, socket);
              }});
}

// --- server's thread

std::optional<Response> LiveFeed::open(const Request& request, const std::shared_ptr<Socket>& socket) {
  Parameters parameters(request);
  MessageQuery query;
  auto refused = read_message_query(parameters, query);
  const std::uint64_t history = parameters.whole({"history"}, kHistory, 0, kHistoryMax - 1);
  if (query.about_ended) parameters.wrong("msgStatuses", "statuses of messages that can be read", "others");
  if (!parameters.good()) return parameters.refusal();
  if (refused) return refused;
  // Frames have the whole content or none.
  if (query.format == ContentFormat::headers) query.format = ContentFormat::none;
  const std::uint64_t id = ++last_id_;
  socket->on_closed([this, id] { close(id); });
  subscribers_[id] = {.socket = socket, .query = query, .early = {}};
  node_loop_.post([this, alive = std::weak_ptr(alive_), id, query = std::move(query), history]() mutable {
    if (!alive.expired()) subscribe(id, std::move(query), history);
  });
  return std::nullopt;
}

void LiveFeed::close(std::uint64_t id) {
  if (subscribers_.erase(id) == 0) return;
  node_loop_.post([this, alive = std::weak_ptr(alive_)] {
    if (!alive.expired()) --watched_;
  });
}

void LiveFeed::begin(std::uint64_t id, std::uint64_t since) {
  const auto found = subscribers_.find(id);
  if (found != subscribers_.end()) found->second.since = since;
}

void LiveFeed::give_history(std::uint64_t id, const std::vector<Text>& frames) {
  const auto found = subscribers_.find(id);
  if (found == subscribers_.end()) return;
  Subscriber& subscriber = found->second;
  subscriber.has_history = true;
  // A socket that is cut off while it is fed leaves the table: no reference into it is held.
  const auto socket = subscriber.socket;
  const auto early = std::exchange(subscriber.early, {});
  const std::uint64_t since = subscriber.since;
  for (const Text& frame : frames) socket->send(frame);
  for (const auto& [number, frame] : early) {
    if (number > since) socket->send(frame);
  }
}

void LiveFeed::deliver(const Batch& batch) {
  for (const Live& live : batch) {
    std::vector<std::pair<std::shared_ptr<Socket>, Text>> due;
    std::vector<std::shared_ptr<Socket>> behind;
    for (auto& [id, subscriber] : subscribers_) {
      if (!store::View::matches_live(subscriber.query.filter, live.envelope, live.content)) continue;
      const bool whole = subscriber.query.format == ContentFormat::full;
      const Text& text = whole ? live.with_content : live.without_content;
      if (!subscriber.has_history) {
        subscriber.early.emplace_back(live.number, text);
        if (subscriber.early.size() > kEarlyMax) behind.push_back(subscriber.socket);
      } else if (live.number > subscriber.since) {
        due.emplace_back(subscriber.socket, text);
      }
    }
    for (const auto& [socket, text] : due) socket->send(text);
    for (const auto& socket : behind) socket->close(kCloseTryAgainLater, "too far behind");
  }
}

void LiveFeed::close_all() {
  std::vector<std::shared_ptr<Socket>> all;
  all.reserve(subscribers_.size());
  for (const auto& [id, subscriber] : subscribers_) all.push_back(subscriber.socket);
  for (const auto& socket : all) socket->close(kCloseTryAgainLater, "too far behind");
}

// --- node's loop

void LiveFeed::subscribe(std::uint64_t id, MessageQuery query, std::uint64_t history) {
  ++watched_;
  // What has a number up to here is in the snapshot that the question is answered from, or older than it.
  const auto ask = [this, alive = std::weak_ptr(alive_), id](const env::JobResult& result) {
    server_loop_.post([this, alive, id, result] {
      if (alive.expired()) return;
      static const std::vector<Text> kNone;
      give_history(id, result == nullptr ? kNone : static_cast<const Frames&>(*result).frames);
    });
  };
  const auto read = [query = std::move(query), history](const store::View& view) {
    return history_of(view, query, history);
  };
  server_loop_.post([this, alive = std::weak_ptr(alive_), id, since = number_] {
    if (!alive.expired()) begin(id, since);
  });
  if (history == 0) return ask(nullptr);
  api_.question(read, ask);
}

void LiveFeed::on_status(const store::StatusChange& change) {
  if (change.to != Status::processed || change.from == Status::removing) return;
  ++number_;
  if (watched_ == 0) return;
  if (waiting_.size() >= kLiveBacklog) {
    waiting_.clear();
    return server_loop_.post([this, alive = std::weak_ptr(alive_)] {
      if (!alive.expired()) close_all();
    });
  }
  waiting_.emplace_back(number_, change.hash);
  // Later: the change is being told of, and more of the same commit may follow.
  if (waiting_.size() == 1 && !reading_) {
    node_loop_.post([this, alive = std::weak_ptr(alive_)] {
      if (!alive.expired()) read_on();
    });
  }
}

void LiveFeed::read_on() {
  if (reading_ || waiting_.empty()) return;
  struct Output final : env::JobOutput {
    std::shared_ptr<const Batch> batch;
  };
  reading_ = true;
  std::vector<std::pair<std::uint64_t, message::ItemHash>> wanted;
  while (!waiting_.empty() && wanted.size() < kLiveBatch) {
    wanted.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
  env::Job job;
  job.run = [wanted = std::move(wanted), snapshot = api_.disk().snapshot(),
             options = std::make_shared<const store::StoreOptions>(api_.node().config().store)]() -> env::JobResult {
    const store::View view(*snapshot, *options);
    auto batch = std::make_shared<Batch>();
    for (const auto& [number, hash] : wanted) {
      const auto row = view.message(hash);
      if (!row.ok() || !*row || (*row)->status != Status::processed) continue;  // forgotten meanwhile
      const store::MessageRow& found = **row;
      auto content = message::parse_content(
          found.envelope.type, found.content,
          {.completion = message::Completion{found.envelope.sender, found.envelope.time_number}});
      if (!content.ok()) continue;
      batch->push_back({number, found.envelope, *std::move(content), text_of(found, ContentFormat::full, false),
                        text_of(found, ContentFormat::none, false)});
    }
    auto output = std::make_shared<Output>();
    output->batch = std::move(batch);
    return output;
  };
  api_.executor().submit(env::Lane::queries, std::move(job),
                         [this, alive = std::weak_ptr(alive_)](const env::JobResult& result) {
                           if (alive.expired()) return;
                           reading_ = false;
                           server_loop_.post([this, alive, batch = static_cast<const Output&>(*result).batch] {
                             if (!alive.expired()) deliver(*batch);
                           });
                           read_on();
                         });
}

}  // namespace lastmile::http
