// The JSON-RPC endpoints of one chain. None of them is trusted to be there, and with more than one vote none is trusted
// to tell the truth: an answer counts when so many endpoints give the same.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/callback.hpp"
#include "core/base/time.hpp"
#include "core/env/clock.hpp"
#include "core/env/timers.hpp"
#include "real/chain/http_poster.hpp"
#include "real/chain/rpc_message.hpp"

namespace lastmile::real {

// One call, and how its result is read.
struct RpcQuestion {
  RpcCall call;
  // What the result says in one spelling, so that answers can be compared. Error: it cannot be an answer to this call;
  // who gave it has failed.
  std::function<Result<std::string>(std::string_view json)> read;
  bool may_fail = false;  // an error of the endpoint is an answer too
};

struct RpcFailure {
  std::string text;
  RpcTrouble trouble = RpcTrouble::other;
};
using RpcAnswers = std::vector<RpcAnswer>;

struct EndpointFigures {
  std::string name;  // host and port: the rest of the URL may hold a key
  bool ready = true;
  std::uint64_t requests = 0;
  std::uint64_t failures = 0;       // no answer, or one that cannot be
  std::uint64_t disagreements = 0;  // outvoted, or against what is final
};

class RpcPool {
 public:
  RpcPool(env::Clock& clock, env::Timers& timers, HttpPoster& http, std::vector<std::string> endpoints,
          Duration deadline);
  ~RpcPool();

  // Answers in the order of the questions, all from one endpoint, and `votes` endpoints said the same. Endpoints are
  // asked in their order, as many at once as are needed; who fails is left out for a while, longer each time. The
  // failure tells what the last one said; too_large goes before anything else.
  using Done = Callback<void(Result<RpcAnswers, RpcFailure>)>;
  void ask(std::vector<RpcQuestion> questions, std::size_t votes, Done done);

  // What each of the first `most` endpoints that are ready says; who fails is missing, and its place is given to the
  // next.
  struct Voice {
    std::size_t endpoint = 0;
    RpcAnswers answers;
  };
  using Heard = Callback<void(std::vector<Voice>)>;
  void survey(std::vector<RpcQuestion> questions, std::size_t most, Heard done);

  std::size_t size() const { return endpoints_.size(); }
  std::vector<EndpointFigures> figures() const;
  // It contradicted what is certain: not asked for kLiarPause.
  void distrust(std::size_t endpoint);
  // It said less than others: the next one is asked first from now on.
  void demote(std::size_t endpoint);

 private:
  struct Endpoint {
    std::string url;
    EndpointFigures figures;
    std::size_t batch = kRpcBatchMax;
    int failed_in_a_row = 0;
    Instant not_before;
    std::uint64_t rank = 0;  // lower is asked first
  };
  struct Ask;
  struct Sending;
  using Questions = std::shared_ptr<const std::vector<RpcQuestion>>;
  using Sent = Callback<void(Result<RpcAnswers, RpcFailure>)>;

  void advance(const std::shared_ptr<Ask>& ask);
  void take_answers(const std::shared_ptr<Ask>& ask, std::size_t endpoint, Result<RpcAnswers, RpcFailure> answers);
  void advance_survey(const std::shared_ptr<Ask>& ask);
  std::optional<std::size_t> next_ready(const std::set<std::size_t>& tried) const;
  void send(std::size_t endpoint, Questions questions, Sent done);
  void send_part(std::shared_ptr<Sending> sending);
  void on_reply(const std::shared_ptr<Sending>& sending, std::uint64_t first_id, std::size_t count,
                Result<HttpReply> reply);
  void failed(std::size_t endpoint);
  Callback<void()> guarded(Callback<void()> work);

  env::Clock& clock_;
  env::Timers& timers_;
  HttpPoster& http_;
  std::vector<Endpoint> endpoints_;
  Duration deadline_;
  std::uint64_t last_id_ = 0;
  std::uint64_t ranks_ = 0;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

// Host and port of a URL; empty when it is not http:// or https:// with a host.
std::string url_host(std::string_view url);

}  // namespace lastmile::real
