#include "scenarios/engine/run/runner.hpp"

#include <algorithm>
#include <utility>

namespace lastmile::scenario {

Runner::Runner(const Scenario& scenario, RunOptions options, RunWorld& world)
    : scenario_(scenario), options_(std::move(options)), world_(world), nodes_(scenario, scenario.seed) {}

std::optional<Error> Runner::open(const WorldView& view) {
  timeline_ = std::make_unique<Timeline>(scenario_, scenario_.seed, nodes_);
  auto traffic = Traffic::open(scenario_, scenario_.seed, nodes_);
  if (!traffic.ok()) return traffic.error();
  traffic_ = std::make_unique<Traffic>(std::move(*traffic));
  watch_ = std::make_unique<Watch>(scenario_, nodes_, view, *timeline_);
  observers_.add(*watch_);
  if (options_.folder.empty()) return std::nullopt;
  auto events = EventLog::create(options_.folder + "/events.lmt", scenario_, nodes_);
  if (!events.ok()) return events.error();
  event_log_ = std::move(*events);
  observers_.add(*event_log_);
  auto metrics = MetricsLog::create(options_.folder + "/metrics.csv", nodes_, *timeline_, *watch_, view);
  if (!metrics.ok()) return metrics.error();
  metrics_log_ = std::move(*metrics);
  observers_.add(*metrics_log_);
  return std::nullopt;
}

std::vector<bool> Runner::first_nodes() {
  first_ = timeline_->advance(Instant{});
  std::vector<bool> up(nodes_.size(), true);
  for (const Action& action : first_) {
    if (action.kind == Action::Kind::node_down) up[action.node] = false;
  }
  return up;
}

void Runner::begin() {
  for (const Action& action : std::exchange(first_, {})) carry_out(action);
}

Instant Runner::next_stop() const {
  Instant stop = next_sample_;
  if (const auto due = timeline_->next()) stop = std::min(stop, *due);
  if (const auto due = traffic_->next_time()) stop = std::min(stop, *due);
  return stop;
}

void Runner::advance(Instant now) {
  if (!limit_reached()) {
    for (const Action& action : timeline_->advance(now)) carry_out(action);
    if (const auto& limit = timeline_->exceeded()) end_early(*limit);
    publish_due(now);
  }
  if (ended_by_ && !finished()) timeline_->finish(now);
  if (now >= next_sample_ || finished()) sample(now);
}

void Runner::carry_out(const Action& action) {
  if (action.kind == Action::Kind::node_down || action.kind == Action::Kind::node_up) ++orders_to_nodes_;
  world_.carry_out(action);
  observers_.on_action(action);
}

// --- traffic

void Runner::publish_due(Instant now) {
  for (auto due = traffic_->next_time(); due && *due <= now; due = traffic_->next_time()) {
    const Publication publication = traffic_->next();
    const Node node = publication.node;
    observers_.on_publication(publication);
    if (!world_.reachable(node)) {
      refuse(now, node, publication.number, Refusal::no_answer);
      continue;
    }
    on_event(now, node,
             {trace::Kind::message_published, publication.item_hash.view(), publication.envelope.size(), 0, 0});
    unanswered_.emplace(node, publication.number);
    world_.publish(publication);
  }
}

void Runner::receipt(Instant now, Node node, std::uint64_t number, message::Status status) {
  if (unanswered_.erase({node, number}) == 0) return;
  if (status == message::Status::none) refuse(now, node, number, Refusal::no_room);
  if (status == message::Status::rejected) refuse(now, node, number, Refusal::rejected);
}

void Runner::no_more_receipts(Instant now, Node node) {
  for (auto next = unanswered_.lower_bound({node, 0}); next != unanswered_.end() && next->first == node;) {
    const std::uint64_t number = next->second;
    next = unanswered_.erase(next);
    refuse(now, node, number, Refusal::no_answer);
  }
}

void Runner::refuse(Instant now, Node node, std::uint64_t number, Refusal why) {
  traffic_->lost(number);
  observers_.on_refusal(now, node, number, why);
}

// --- limits and samples

bool Runner::limit_reached() {
  const Limits& limits = scenario_.limits;
  if (limits.events && events() >= *limits.events) end_early("events");
  if (limits.wall_time) {
    const auto spent = std::chrono::steady_clock::now() - began_;
    if (std::chrono::duration_cast<std::chrono::nanoseconds>(spent).count() > limits.wall_time->ns) {
      end_early("wall time");
    }
  }
  if (limits.memory && process_use().peak_rss_bytes + world_.other_memory_bytes() > limits.memory->bytes) {
    end_early("memory");
  }
  if (options_.interrupted && options_.interrupted()) end_early("interrupted");
  return ended_by_.has_value();
}

void Runner::end_early(std::string why) {
  if (!ended_by_) ended_by_ = std::move(why);
}

void Runner::sample(Instant now) {
  world_.prepare_sample();
  observers_.on_sample(now);
  next_sample_ = now + kSampleInterval;
  if (finished()) return;
  // close() says why; a full disk does not get emptier.
  if (event_log_ && (event_log_->failed() || metrics_log_->failed())) end_early("the run folder cannot be written");
  if (timeline_->phase() == Phase::settle && watch_->settled()) timeline_->finish(now);
  if (options_.progress) {
    options_.progress({now, scenario_.phases.end(Phase::settle), timeline_->phase(), traffic_->published(), events()});
  }
}

// --- the end

Summary Runner::summary(Instant end) { return make_summary(scenario_, scenario_.seed, *timeline_, *watch_, end); }

Result<Summary> Runner::close(Summary summary) {
  const ProcessUse use = process_use();
  summary.wall_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began_).count();
  summary.cpu_seconds = use.cpu_seconds - cpu_began_;
  summary.peak_rss_bytes = use.peak_rss_bytes + world_.other_memory_bytes();
  summary.events = events();
  if (ended_by_) scenario::end_early(summary, *ended_by_);
  summary.verdict = decide(summary);
  if (event_log_) {
    if (auto closed = event_log_->close(); !closed.ok()) return closed.error();
    if (auto closed = metrics_log_->close(); !closed.ok()) return closed.error();
  }
  return summary;
}

}  // namespace lastmile::scenario
