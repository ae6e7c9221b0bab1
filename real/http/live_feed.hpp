// Messages told to subscribers as they become processed (http-api.md 5): /api/ws0/messages.
//
// Two threads. The node's loop numbers what becomes processed and has it read in jobs, a batch at a time, so that order
// is kept and each message is written as JSON once, however many subscribers there are. The server's thread knows the
// subscribers and decides what each one gets. A subscriber's history is read from a snapshot; he is told live what came
// after that snapshot, by number: nothing is missed and nothing comes twice.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <vector>

#include "real/http/api.hpp"
#include "real/http/message_query.hpp"

namespace lastmile::http {

class LiveFeed {
 public:
  // Both must outlive it; it is destroyed when neither loop runs.
  LiveFeed(Api& api, real::Loop& node_loop, real::Loop& server_loop);
  ~LiveFeed();

  void add_routes(Router& router);
  void on_status(const store::StatusChange& change);  // the node's loop

 private:
  using Text = std::shared_ptr<const std::string>;
  struct Live {
    std::uint64_t number = 0;
    message::Envelope envelope;
    message::Content content;
    Text with_content;
    Text without_content;
  };
  using Batch = std::vector<Live>;
  struct Subscriber {
    std::shared_ptr<Socket> socket;
    MessageQuery query;
    bool has_history = false;
    std::uint64_t since = 0;                            // live messages have larger numbers
    std::vector<std::pair<std::uint64_t, Text>> early;  // live messages that came before the history
  };

  std::optional<Response> open(const Request& request, const std::shared_ptr<Socket>& socket);  // server's thread
  void close(std::uint64_t id);
  void begin(std::uint64_t id, std::uint64_t since);
  void give_history(std::uint64_t id, const std::vector<Text>& frames);
  void deliver(const Batch& batch);
  void close_all();

  void subscribe(std::uint64_t id, MessageQuery query, std::uint64_t history);  // node's loop
  void read_on();

  Api& api_;
  real::Loop& node_loop_;
  real::Loop& server_loop_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);

  // Server's thread.
  std::map<std::uint64_t, Subscriber> subscribers_;
  std::uint64_t last_id_ = 0;

  // Node's loop.
  std::size_t watched_ = 0;  // subscribers
  std::uint64_t number_ = 0;
  std::deque<std::pair<std::uint64_t, message::ItemHash>> waiting_;
  bool reading_ = false;
};

}  // namespace lastmile::http
