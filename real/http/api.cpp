#include "real/http/api.hpp"

namespace lastmile::http {
namespace {

struct Answer final : env::JobOutput {
  explicit Answer(Response given) : response(std::make_shared<Response>(std::move(given))) {}
  std::shared_ptr<Response> response;  // taken by the one who asked
};

}  // namespace

Response failed(const Error& error) {
  constexpr std::string_view kTooMuch = "query: ";
  return error.text.starts_with(kTooMuch) ? text_response(503, error.text) : plain_error(500);
}

Api::Api(const Surroundings& surroundings, ApiOptions options) : around_(surroundings), options_(std::move(options)) {}
Api::~Api() = default;

void Api::add_routes(Router& router) {
  add_publish_routes(router, *this);
  add_message_routes(router, *this);
  add_post_routes(router, *this);
  add_aggregate_routes(router, *this);
  add_storage_routes(router, *this);
  add_ipfs_routes(router, *this);
  add_upload_routes(router, *this);
  add_address_routes(router, *this);
  add_balance_routes(router, *this);
  add_price_routes(router, *this);
  add_info_routes(router, *this);
  add_health_routes(router, *this);
}

void Api::ask(Callback<Response(const store::View&)> read, Reply reply) {
  question(
      [read = std::move(read)](const store::View& view) mutable -> env::JobResult {
        return std::make_shared<const Answer>(read(view));
      },
      [reply = std::move(reply)](const env::JobResult& result) mutable {
        if (result == nullptr) return reply(plain_error(503));
        reply(std::move(*static_cast<const Answer&>(*result).response));
      });
}

void Api::question(Read read, Callback<void(const env::JobResult&)> done) {
  if (waiting_.size() >= options_.limits.queries_waiting) return done(nullptr);
  waiting_.push_back({std::move(read), std::move(done)});
  next();
}

void Api::next() {
  while (!waiting_.empty()) {
    // The node's own bound is what limits the jobs; somebody else may have taken all of it, then nobody calls us back.
    if (around_.executor.in_flight(env::Lane::queries) >= node().config().limits.queries) {
      if (asked_ > 0) return;
      auto all = std::exchange(waiting_, {});
      for (Question& question : all) question.done(nullptr);
      return;
    }
    Question question = std::move(waiting_.front());
    waiting_.pop_front();
    ++asked_;
    constexpr Duration kCost = milliseconds(1);
    const auto done = std::make_shared<Callback<void(const env::JobResult&)>>(std::move(question.done));
    const bool taken = node().query(kCost, std::move(question.read),
                                    [this, alive = std::weak_ptr(alive_), done](const env::JobResult& result) {
                                      if (alive.expired()) return;
                                      --asked_;
                                      (*done)(result);
                                      next();
                                    });
    LM_CHECK(taken);  // there was room
  }
}

}  // namespace lastmile::http
