// What the routes of the API stand on: the node, its loop, jobs, and waiting for one's turn. Everything here runs on
// the node's loop; the node and its environment must outlive it.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/node/core_node.hpp"
#include "real/http/limits.hpp"
#include "real/http/message.hpp"
#include "real/http/router.hpp"
#include "real/http/server.hpp"

namespace lastmile::http {

class BlockSource;

// Not owned.
struct Surroundings {
  node::CoreNode& node;
  env::Disk& disk;
  env::Executor& executor;
  env::Clock& clock;
  env::Timers& timers;
  BlockSource* blocks = nullptr;  // null: no gateway
};

struct ApiOptions {
  Limits limits;
  std::string version;
  std::string topic = "ALEPH-TEST";  // of the legacy publishing route
  // What peers may dial, as multiaddresses.
  std::function<std::vector<std::string>()> multi_addresses = [] { return std::vector<std::string>(); };
  std::function<ServerFigures()> server_figures = [] { return ServerFigures(); };
  std::function<bool()> stopping = [] { return false; };
  std::size_t ready_peers = 0;  // fewer: /health/ready says no
};

class Api {
 public:
  Api(const Surroundings& surroundings, ApiOptions options);
  ~Api();

  void add_routes(Router& router);

  // --- for the route groups ------------------------------------------------------------------------------------------

  node::CoreNode& node() const { return around_.node; }
  env::Executor& executor() const { return around_.executor; }
  env::Disk& disk() const { return around_.disk; }
  env::Clock& clock() const { return around_.clock; }
  BlockSource* blocks() const { return around_.blocks; }
  env::Timers& timers() const { return around_.timers; }
  const ApiOptions& options() const { return options_; }
  store::View view() const { return around_.node.view(); }  // for a few reads at once

  // A question of many reads: a job on a snapshot, when it is its turn. 503 when too many wait.
  void ask(Callback<Response(const store::View&)> read, Reply reply);
  // The same for who makes no response of it. `done` gets null when too many wait.
  using Read = Callback<env::JobResult(const store::View&)>;
  void question(Read read, Callback<void(const env::JobResult&)> done);
  // Heavy work on bytes, off the loop; it owns what it touches.
  template <class T>
  void work(Callback<T()> run, Callback<void(T)> done) {
    struct Output final : env::JobOutput {
      std::shared_ptr<T> value;
    };
    env::Job job;
    job.run = [run = std::move(run)]() mutable -> env::JobResult {
      auto output = std::make_shared<Output>();
      output->value = std::make_shared<T>(run());
      return output;
    };
    around_.executor.submit(env::Lane::hashing, std::move(job),
                            [done = std::move(done)](const env::JobResult& result) mutable {
                              done(std::move(*static_cast<const Output&>(*result).value));
                            });
  }

 private:
  struct Question {
    Read read;
    Callback<void(const env::JobResult&)> done;
  };
  void next();

  Surroundings around_;
  ApiOptions options_;
  std::deque<Question> waiting_;
  std::size_t asked_ = 0;  // questions of ours under way
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

// The disk gave back what cannot be ours, or the question was too large.
Response failed(const Error& error);

// One group each; together add_routes().
void add_publish_routes(Router& router, Api& api);
void add_message_routes(Router& router, Api& api);
void add_post_routes(Router& router, Api& api);
void add_aggregate_routes(Router& router, Api& api);
void add_storage_routes(Router& router, Api& api);
void add_ipfs_routes(Router& router, Api& api);
void add_upload_routes(Router& router, Api& api);
void add_address_routes(Router& router, Api& api);
void add_balance_routes(Router& router, Api& api);
void add_price_routes(Router& router, Api& api);
void add_info_routes(Router& router, Api& api);
void add_health_routes(Router& router, Api& api);

}  // namespace lastmile::http
