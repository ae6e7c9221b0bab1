#include "real/chain/rpc_pool.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <span>
#include <utility>

#include "core/base/check.hpp"

namespace lastmile::real {
namespace {

constexpr int kHttpOk = 200;
constexpr int kHttpTooMany = 429;
constexpr int kHttpTooLarge = 413;

// Fingerprint of all answers. Error: one of them cannot be, or is an error that nobody allowed.
Result<std::string, RpcFailure> spell(const std::vector<RpcQuestion>& questions, const RpcAnswers& answers) {
  std::string all;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    if (!answers[i].ok()) {
      const RpcError& error = answers[i].error();
      if (questions[i].may_fail && error.trouble != RpcTrouble::rate_limited) {
        all += "error;";
        continue;
      }
      return RpcFailure{questions[i].call.method + ": " + error.text, error.trouble};
    }
    auto text = questions[i].read(*answers[i]);
    if (!text.ok()) return RpcFailure{questions[i].call.method + ": " + text.error().text, RpcTrouble::other};
    all += std::to_string(text->size()) + ":" + *text + ";";
  }
  return all;
}

}  // namespace

std::string url_host(std::string_view url) {
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (!url.starts_with(scheme)) continue;
    std::string_view host = url.substr(scheme.size());
    host = host.substr(0, host.find_first_of("/?#"));
    if (const auto user = host.rfind('@'); user != std::string_view::npos) host = host.substr(user + 1);
    const bool good = !host.empty() && std::all_of(host.begin(), host.end(), [](char c) {
      return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == '-' ||
             c == ':' || c == '[' || c == ']' || c == '_';
    });
    return good ? std::string(host) : std::string();
  }
  return {};
}

struct RpcPool::Ask {
  Questions questions;
  std::size_t votes = 1;  // survey: how many voices
  Done done;
  Heard heard;
  std::set<std::size_t> tried;
  std::size_t in_flight = 0;
  // Who said it, and the answers of the first of them.
  struct Saying {
    std::vector<std::size_t> endpoints;
    RpcAnswers answers;
  };
  std::map<std::string, Saying> sayings;
  std::vector<Voice> voices;
  RpcFailure last{"no endpoint is ready", RpcTrouble::other};
  bool finished = false;
};

// One request to one endpoint, cut into batches that it takes.
struct RpcPool::Sending {
  std::size_t endpoint = 0;
  Questions questions;
  Sent done;
  RpcAnswers answers;
};

RpcPool::RpcPool(env::Clock& clock, env::Timers& timers, HttpPoster& http, std::vector<std::string> endpoints,
                 Duration deadline)
    : clock_(clock), timers_(timers), http_(http), deadline_(deadline) {
  LM_CHECK(!endpoints.empty() && endpoints.size() <= kEndpointsMax);
  for (std::string& url : endpoints) {
    Endpoint endpoint;
    endpoint.figures.name = url_host(url);
    endpoint.url = std::move(url);
    endpoint.rank = ranks_++;
    endpoints_.push_back(std::move(endpoint));
  }
}

RpcPool::~RpcPool() = default;

Callback<void()> RpcPool::guarded(Callback<void()> work) {
  return [alive = std::weak_ptr<bool>(alive_), work = std::move(work)]() mutable {
    if (!alive.expired()) work();
  };
}

std::vector<EndpointFigures> RpcPool::figures() const {
  std::vector<EndpointFigures> out;
  for (const Endpoint& endpoint : endpoints_) {
    out.push_back(endpoint.figures);
    out.back().ready = endpoint.not_before <= clock_.now();
  }
  return out;
}

void RpcPool::failed(std::size_t index) {
  Endpoint& endpoint = endpoints_[index];
  ++endpoint.figures.failures;
  constexpr int kDoublingsMax = 16;
  const int doublings = std::min(endpoint.failed_in_a_row++, kDoublingsMax);
  endpoint.not_before = clock_.now() + std::min(kEndpointPauseMin * (std::int64_t{1} << doublings), kEndpointPauseMax);
}

void RpcPool::distrust(std::size_t index) {
  ++endpoints_[index].figures.disagreements;
  endpoints_[index].not_before = clock_.now() + kLiarPause;
}

void RpcPool::demote(std::size_t index) { endpoints_[index].rank = ranks_++; }

std::optional<std::size_t> RpcPool::next_ready(const std::set<std::size_t>& tried) const {
  std::optional<std::size_t> best;
  for (std::size_t i = 0; i < endpoints_.size(); ++i) {
    if (tried.contains(i) || endpoints_[i].not_before > clock_.now()) continue;
    if (!best || endpoints_[i].rank < endpoints_[*best].rank) best = i;
  }
  return best;
}

// --- asking until enough agree

void RpcPool::ask(std::vector<RpcQuestion> questions, std::size_t votes, Done done) {
  auto ask = std::make_shared<Ask>();
  ask->questions = std::make_shared<const std::vector<RpcQuestion>>(std::move(questions));
  ask->votes = std::max<std::size_t>(votes, 1);
  ask->done = std::move(done);
  timers_.after({}, guarded([this, ask] { advance(ask); }));
}

void RpcPool::advance(const std::shared_ptr<Ask>& ask) {
  if (ask->finished) return;
  std::size_t most = 0;
  for (const auto& [spelling, saying] : ask->sayings) {
    most = std::max(most, saying.endpoints.size());
    if (saying.endpoints.size() < ask->votes) continue;
    ask->finished = true;
    for (const auto& [other, outvoted] : ask->sayings) {
      if (other == spelling) continue;
      for (const std::size_t endpoint : outvoted.endpoints) {
        ++endpoints_[endpoint].figures.disagreements;
        failed(endpoint);
      }
    }
    return ask->done(saying.answers);
  }
  while (most + ask->in_flight < ask->votes) {
    const auto next = next_ready(ask->tried);
    if (!next) break;
    ask->tried.insert(*next);
    ++ask->in_flight;
    send(*next, ask->questions, [this, ask, endpoint = *next](Result<RpcAnswers, RpcFailure> answers) {
      --ask->in_flight;
      take_answers(ask, endpoint, std::move(answers));
      advance(ask);
    });
  }
  if (ask->in_flight > 0) return;
  ask->finished = true;
  if (!ask->sayings.empty() && ask->last.trouble != RpcTrouble::too_large)
    ask->last.text = "the endpoints do not agree, or too few answer: " + std::to_string(most) + " of " +
                     std::to_string(ask->votes) + " votes";
  ask->done(std::move(ask->last));
}

void RpcPool::take_answers(const std::shared_ptr<Ask>& ask, std::size_t endpoint,
                           Result<RpcAnswers, RpcFailure> answers) {
  Result<std::string, RpcFailure> spelling = RpcFailure{};
  if (answers.ok()) {
    spelling = spell(*ask->questions, *answers);
    // An error that it says is an answer of sorts; one that cannot be is a failure.
    const bool spoke = std::any_of(answers->begin(), answers->end(), [](const RpcAnswer& a) { return !a.ok(); });
    if (!spelling.ok() && (!spoke || spelling.error().trouble == RpcTrouble::rate_limited)) failed(endpoint);
  } else {
    spelling = std::move(answers).error();
  }
  if (!spelling.ok()) {
    if (ask->last.trouble != RpcTrouble::too_large) {
      ask->last = {endpoints_[endpoint].figures.name + ": " + spelling.error().text, spelling.error().trouble};
    }
    return;
  }
  endpoints_[endpoint].failed_in_a_row = 0;
  Ask::Saying& saying = ask->sayings[*spelling];
  if (saying.endpoints.empty()) saying.answers = *std::move(answers);
  saying.endpoints.push_back(endpoint);
}

// --- asking everybody

void RpcPool::survey(std::vector<RpcQuestion> questions, std::size_t most, Heard done) {
  auto ask = std::make_shared<Ask>();
  ask->questions = std::make_shared<const std::vector<RpcQuestion>>(std::move(questions));
  ask->votes = most;
  ask->heard = std::move(done);
  timers_.after({}, guarded([this, ask] { advance_survey(ask); }));
}

void RpcPool::advance_survey(const std::shared_ptr<Ask>& ask) {
  while (ask->voices.size() + ask->in_flight < ask->votes) {
    const auto next = next_ready(ask->tried);
    if (!next) break;
    ask->tried.insert(*next);
    ++ask->in_flight;
    send(*next, ask->questions, [this, ask, endpoint = *next](Result<RpcAnswers, RpcFailure> answers) {
      --ask->in_flight;
      if (answers.ok()) {
        const auto spelling = spell(*ask->questions, *answers);
        if (spelling.ok()) {
          endpoints_[endpoint].failed_in_a_row = 0;
          ask->voices.push_back({endpoint, *std::move(answers)});
        } else {
          failed(endpoint);
        }
      }
      advance_survey(ask);
    });
  }
  if (ask->in_flight == 0 && !std::exchange(ask->finished, true)) ask->heard(std::move(ask->voices));
}

// --- one endpoint

void RpcPool::send(std::size_t endpoint, Questions questions, Sent done) {
  auto sending = std::make_shared<Sending>();
  sending->endpoint = endpoint;
  sending->questions = std::move(questions);
  sending->done = std::move(done);
  send_part(std::move(sending));
}

void RpcPool::send_part(std::shared_ptr<Sending> sending) {
  Endpoint& endpoint = endpoints_[sending->endpoint];
  const std::size_t from = sending->answers.size();
  const std::size_t count = std::min(endpoint.batch, sending->questions->size() - from);
  std::vector<RpcCall> calls;
  for (std::size_t i = from; i < from + count; ++i) calls.push_back((*sending->questions)[i].call);
  const std::uint64_t first_id = last_id_ + 1;
  last_id_ += count;
  ++endpoint.figures.requests;
  HttpRequest request;
  request.url = endpoint.url;
  request.body = rpc_request(calls, first_id);
  request.deadline = deadline_;
  http_.post(std::move(request),
             [this, alive = std::weak_ptr<bool>(alive_), sending, first_id, count](Result<HttpReply> reply) {
               if (!alive.expired()) on_reply(sending, first_id, count, std::move(reply));
             });
}

void RpcPool::on_reply(const std::shared_ptr<Sending>& sending, std::uint64_t first_id, std::size_t count,
                       Result<HttpReply> reply) {
  Endpoint& endpoint = endpoints_[sending->endpoint];
  if (!reply.ok()) {
    failed(sending->endpoint);
    return sending->done(RpcFailure{printable(reply.error().text), RpcTrouble::other});
  }
  auto answers = parse_rpc_reply(reply->body, first_id, count);
  if (!answers.ok() && count > 1 && (answers.error().code != 0 || reply->status == kHttpTooLarge) &&
      answers.error().trouble != RpcTrouble::rate_limited) {
    // It does not take as much at once, or nothing but single calls.
    endpoint.batch = std::max<std::size_t>(count / 2, 1);
    return send_part(sending);
  }
  const bool spoken = answers.ok() || answers.error().code != 0;
  if (reply->status != kHttpOk && !spoken) {
    failed(sending->endpoint);
    const auto trouble = reply->status == kHttpTooMany ? RpcTrouble::rate_limited : RpcTrouble::other;
    return sending->done(RpcFailure{"HTTP status " + std::to_string(reply->status), trouble});
  }
  if (!answers.ok()) {
    failed(sending->endpoint);
    return sending->done(RpcFailure{answers.error().text, answers.error().trouble});
  }
  for (RpcAnswer& answer : *answers) sending->answers.push_back(std::move(answer));
  if (sending->answers.size() < sending->questions->size()) return send_part(sending);
  sending->done(std::move(sending->answers));
}

}  // namespace lastmile::real
