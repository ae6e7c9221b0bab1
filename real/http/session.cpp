// Connections on Boost.Beast: the only file that includes it.
#include "real/http/session.hpp"

#include <spdlog/spdlog.h>

#include "real/env/asio.hpp"
// clang-format off
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>
// clang-format on
#include <chrono>
#include <deque>
#include <limits>

#include "core/base/present.hpp"
#include "real/http/cors.hpp"

namespace lastmile::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace bhttp = boost::beast::http;
namespace websocket = boost::beast::websocket;
using real::ErrorCode;
using WebSocket = websocket::stream<beast::tcp_stream>;

constexpr std::size_t kSocketMessageMax = 64 * 1024;  // from a client, who has nothing to say

std::chrono::nanoseconds chrono_of(Duration duration) { return std::chrono::nanoseconds(duration.ns); }

std::string text_of(beast::string_view text) { return {text.data(), text.size()}; }

// Something that another thread answers; the coroutine sleeps on the timer until then.
template <class T>
struct Wait {
  explicit Wait(asio::io_context& io) : timer(io) {}
  asio::steady_timer timer;
  std::optional<T> value;
};

// Gives the value to who waits, if he still does. From any thread.
template <class T>
void give(real::Loop& server_loop, std::weak_ptr<Wait<T>> wait, T value) {
  server_loop.post([wait = std::move(wait), value = std::move(value)]() mutable {
    const auto waiting = wait.lock();
    if (waiting == nullptr) return;
    waiting->value = std::move(value);
    waiting->timer.cancel();
  });
}

template <class T>
asio::awaitable<std::optional<T>> wait_for(std::shared_ptr<Wait<T>> wait, Duration limit) {
  ErrorCode ignored;
  wait->timer.expires_after(chrono_of(limit));
  if (!wait->value) co_await wait->timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  co_return std::move(wait->value);
}

// What was sent is no HTTP; otherwise the client is gone, or was too slow.
bool is_malformed(const ErrorCode& error) {
  return error.category() == make_error_code(bhttp::error::bad_method).category() &&
         error != bhttp::error::end_of_stream && error != bhttp::error::partial_message;
}

class SocketSession final : public Socket, public std::enable_shared_from_this<SocketSession> {
 public:
  explicit SocketSession(std::shared_ptr<Server::Core> core) : core_(std::move(core)) {}

  void send(std::shared_ptr<const std::string> text) override {
    if (closed_ || closing_) return;
    queued_bytes_ += text->size();
    queue_.push_back(std::move(text));
    if (queued_bytes_ > core_->options.limits.socket_queue_bytes) {
      const std::scoped_lock lock(core_->figures_mutex);
      ++core_->figures.sockets_cut;
      return cut();
    }
    pump();
  }
  void close(std::uint16_t code, std::string_view reason) override {
    if (closed_ || closing_) return;
    closing_ = websocket::close_reason(static_cast<websocket::close_code>(code), std::string(reason));
    pump();
  }
  bool is_open() const override { return !closed_; }
  void on_closed(Callback<void()> call) override { on_closed_ = std::move(call); }

  // Ends it without a word.
  void cut() {
    if (stream_ != nullptr) beast::get_lowest_layer(*stream_).close();
    gone();
  }

  // The handshake, then reading until the end. What was sent before is kept until then.
  asio::awaitable<void> run(beast::tcp_stream stream, bhttp::request<bhttp::string_body> request) {
    const auto self = shared_from_this();
    stream.expires_never();
    stream_ = std::make_unique<WebSocket>(std::move(stream));
    websocket::stream_base::timeout timeout{};
    timeout.handshake_timeout = chrono_of(core_->options.limits.body_timeout);
    timeout.idle_timeout = chrono_of(core_->options.limits.socket_idle);
    timeout.keep_alive_pings = true;
    stream_->set_option(timeout);
    stream_->read_message_max(kSocketMessageMax);
    stream_->text(true);
    ErrorCode error;
    co_await stream_->async_accept(request, asio::redirect_error(asio::use_awaitable, error));
    open_ = !error;
    if (error) co_return gone();
    pump();
    beast::flat_buffer ignored;
    while (!closed_ && !error) {
      co_await stream_->async_read(ignored, asio::redirect_error(asio::use_awaitable, error));
      ignored.consume(ignored.size());
    }
    gone();
  }

 private:
  void pump() {
    if (!open_ || writing_ || closed_) return;
    if (queue_.empty() && !closing_) return;
    writing_ = true;
    if (queue_.empty()) {
      stream_->async_close(*closing_, [self = shared_from_this()](const ErrorCode&) { self->gone(); });
      return;
    }
    stream_->async_write(asio::buffer(*queue_.front()),
                         [self = shared_from_this()](const ErrorCode& error, std::size_t) {
                           self->writing_ = false;
                           if (error || self->closed_) return self->gone();
                           self->queued_bytes_ -= self->queue_.front()->size();
                           self->queue_.pop_front();
                           self->pump();
                         });
  }

  void gone() {
    if (closed_) return;
    closed_ = true;
    if (on_closed_) on_closed_();
    on_closed_ = {};
  }

  std::shared_ptr<Server::Core> core_;
  std::unique_ptr<WebSocket> stream_;
  std::deque<std::shared_ptr<const std::string>> queue_;
  std::size_t queued_bytes_ = 0;
  std::optional<websocket::close_reason> closing_;
  Callback<void()> on_closed_;
  bool open_ = false;
  bool writing_ = false;
  bool closed_ = false;
};

class Connection final : public Session, public std::enable_shared_from_this<Connection> {
 public:
  Connection(std::shared_ptr<Server::Core> core, real::tcp::socket socket, std::string peer)
      : core_(std::move(core)), stream_(std::move(socket)), peer_(std::move(peer)) {}

  void start() override {
    asio::co_spawn(core_->server_loop.context(), [self = shared_from_this()] { return self->run(); }, asio::detached);
  }
  void finish() override {
    last_ = true;
    if (socket_ != nullptr) return socket_->close(kCloseGoingAway, "the node stops");
    if (!answering_) stream_.close();
  }
  void close() override {
    if (socket_ != nullptr) return socket_->cut();
    stream_.close();
  }
  const std::string& peer() const override { return peer_; }

 private:
  using Parser = bhttp::request_parser<bhttp::string_body>;

  asio::awaitable<void> run() {
    const auto self = shared_from_this();
    try {
      while (co_await answer_one()) {
      }
    } catch (const std::exception& error) {  // std::bad_alloc and the like: this connection ends, the server goes on
      spdlog::error("a connection ended: {}", error.what());
    }
    bodies(0);
    if (socket_ == nullptr) {  // otherwise the stream is its own
      ErrorCode ignored;
      stream_.socket().shutdown(real::tcp::socket::shutdown_send, ignored);
      if (linger_) co_await drain();
      stream_.close();
    }
    if (--core_->connections_of[peer_] == 0) core_->connections_of.erase(peer_);
    core_->sessions.erase(self);
    core_->count_connections();
  }

  // A refusal that comes before the request was read would be lost when the connection is reset for the unread rest.
  asio::awaitable<void> drain() {
    constexpr std::size_t kDrainBytes = 1024 * 1024;
    std::array<char, 16384> room{};
    ErrorCode error;
    for (std::size_t drained = 0; drained < kDrainBytes && !error;) {
      stream_.expires_after(std::chrono::seconds(2));
      drained += co_await stream_.async_read_some(asio::buffer(room), asio::redirect_error(asio::use_awaitable, error));
    }
  }

  // How much of the server's room for bodies this request takes.
  void bodies(std::size_t bytes) {
    core_->bodies_bytes += bytes;
    core_->bodies_bytes -= body_bytes_;
    body_bytes_ = bytes;
  }

  // False: the connection is at its end.
  asio::awaitable<bool> answer_one() {
    const Limits& limits = core_->options.limits;
    Parser parser;
    parser.header_limit(static_cast<std::uint32_t>(limits.header_bytes));
    parser.body_limit(std::numeric_limits<std::uint64_t>::max());  // that of the route is looked at below
    ErrorCode error;
    stream_.expires_after(chrono_of(limits.header_timeout));
    co_await bhttp::async_read_header(stream_, buffer_, parser, asio::redirect_error(asio::use_awaitable, error));
    if (last_) co_return false;
    if (error) {
      if (!is_malformed(error)) co_return false;
      begin(parser, "");
      keep_ = false;
      co_return co_await refuse(plain_error(error == bhttp::error::header_limit ? 431 : 400));
    }
    begin(parser, parser.get()[bhttp::field::origin]);
    const auto target = parse_target({parser.get().target().data(), parser.get().target().size()});
    if (!target) {
      keep_ = false;
      co_return co_await refuse(plain_error(400));
    }

    const bhttp::verb verb = parser.get().method();
    head_ = verb == bhttp::verb::head;
    const auto match = core_->router.find(verb == bhttp::verb::post ? Method::post : Method::get, target->path);
    known_path_ = !match.allowed.empty();
    const std::string client = client_of(peer_, text_of(parser.get()["X-Forwarded-For"]), core_->options.proxies);
    if (!core_->clients.admit(client, core_->now())) {
      {
        const std::scoped_lock lock(core_->figures_mutex);
        ++core_->figures.requests_limited;
      }
      Response limited = plain_error(429);
      limited.headers.emplace_back("Retry-After", "1");
      co_return co_await refuse(std::move(limited));
    }
    if (match.allowed.empty()) co_return co_await refuse(plain_error(404));
    route_ = match.route != nullptr ? match.route->path : std::string();
    if (verb == bhttp::verb::options) {
      co_return co_await refuse(preflight(origin_, text_of(parser.get()["Access-Control-Request-Method"]),
                                          text_of(parser.get()["Access-Control-Request-Headers"]), match.allowed));
    }
    if (match.route == nullptr || (verb != bhttp::verb::get && verb != bhttp::verb::post && !head_)) {
      Response refused = plain_error(405);
      refused.headers.emplace_back("Allow", Router::allow_text(match.allowed));
      co_return co_await refuse(std::move(refused));
    }
    const std::size_t body_max = match.route->body_max;
    const auto length = parser.content_length();
    if (length && *length > body_max) co_return co_await refuse(plain_error(413));
    if (core_->bodies_bytes + length.value_or(0) > limits.bodies_bytes) co_return co_await refuse(plain_error(503));
    if (match.route->open) co_return co_await upgrade(parser, *match.route, request_of(parser, *target, match));
    if (parser.get()[bhttp::field::expect] == "100-continue") {
      static const std::string kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
      co_await asio::async_write(stream_, asio::buffer(kContinue), asio::redirect_error(asio::use_awaitable, error));
      if (error) co_return false;
    }
    const int refused = co_await read_body(parser, body_max);
    if (refused < 0) co_return false;
    if (refused != 0) co_return co_await refuse(plain_error(refused));
    Request request = request_of(parser, *target, match);
    request.body = std::move(parser.get().body());
    co_return co_await hand_over(std::move(request), *match.route);
  }

  // What of the request the answer needs.
  void begin(Parser& parser, beast::string_view origin) {
    keep_ = parser.get().keep_alive() && !last_;
    version_ = parser.get().version() == 10 ? 10 : 11;
    head_ = false;
    known_path_ = false;
    route_.clear();
    origin_ = text_of(origin);
    request_id_ = core_->next_request_id();
    whole_ = parser.is_done();
  }

  Request request_of(Parser& parser, const Target& target, const Router::Match& match) const {
    auto& message = parser.get();
    Request request;
    request.method = match.route->method;
    request.head = head_;
    request.path = target.path;
    request.query = target.query;
    request.captures = match.captures;
    request.content_type = text_of(message[bhttp::field::content_type]);
    request.range = text_of(message[bhttp::field::range]);
    request.if_none_match = text_of(message[bhttp::field::if_none_match]);
    request.accept = text_of(message[bhttp::field::accept]);
    request.auth_token = text_of(message["X-Auth-Token"]);
    return request;
  }

  // 0: it is here. Otherwise a status to refuse with, or -1: the client is gone. Who sends it drop by drop is gone too.
  asio::awaitable<int> read_body(Parser& parser, std::size_t body_max) {
    const Limits& limits = core_->options.limits;
    const Instant began = core_->now();
    while (!parser.is_done()) {
      ErrorCode error;
      stream_.expires_after(chrono_of(limits.body_timeout));
      co_await bhttp::async_read_some(stream_, buffer_, parser, asio::redirect_error(asio::use_awaitable, error));
      if (error) co_return is_malformed(error) ? 400 : -1;
      const std::size_t bytes = parser.get().body().size();
      if (bytes > body_max) co_return 413;
      bodies(bytes);
      if (core_->bodies_bytes > limits.bodies_bytes) co_return 503;
      const Duration spent = core_->now() - began - limits.body_timeout;
      const auto due = static_cast<std::int64_t>(limits.body_rate_min) * (spent.ns / 1'000'000) / 1000;
      if (spent.ns > 0 && static_cast<std::int64_t>(bytes) < due) co_return -1;
    }
    whole_ = true;
    co_return 0;
  }

  asio::awaitable<bool> hand_over(Request request, const Route& route) {
    const auto wait = std::make_shared<Wait<Response>>(core_->server_loop.context());
    answering_ = true;
    core_->node_loop.post([alive = std::weak_ptr(core_->alive), loop = &core_->server_loop, &route,
                           weak = std::weak_ptr(wait), request = std::move(request)]() mutable {
      if (alive.expired()) return;
      route.handle(std::move(request), [loop, alive, weak = std::move(weak)](Response response) mutable {
        if (!alive.expired()) give(*loop, std::move(weak), std::move(response));
      });
    });
    ++core_->in_flight;  // who sees it knows that the node has it
    stream_.expires_never();
    auto response = co_await wait_for(wait, route.patience.value_or(core_->options.limits.handler_timeout));
    if (!response) response = plain_error(503);
    const bool more = co_await send(*std::move(response));
    --core_->in_flight;
    answering_ = false;
    bodies(0);
    co_return more && !last_;  // the end may have been told while the answer was on its way
  }

  // For a request that was not read to its end: nothing can follow it.
  asio::awaitable<bool> refuse(Response response) {
    const bool rest = !whole_;
    if (rest) keep_ = false;
    const bool more = co_await send(std::move(response));
    linger_ = rest;
    bodies(0);
    co_return more;
  }

  asio::awaitable<bool> send(Response response) {
    if (known_path_) allow_origin(response, origin_);
    core_->count(route_, response.status);
    if (last_) keep_ = false;
    bhttp::response<bhttp::span_body<const char>> head;
    head.version(version_);
    head.result(static_cast<unsigned>(response.status));
    head.reason(std::string(reason_of(response.status)));
    if (!response.content_type.empty()) head.set(bhttp::field::content_type, response.content_type);
    for (const auto& [name, value] : response.headers) head.set(name, value);
    head.set("X-Request-Id", request_id_);
    head.set(bhttp::field::server, "lastmile");
    const std::uint64_t length = response.stream ? response.stream->length : response.body.size();
    if (response.status != 304) head.content_length(length);
    head.keep_alive(keep_);
    const bool whole = !head_ && !response.stream && response.status != 304;
    if (whole) head.body() = {response.body.data(), response.body.size()};
    bhttp::response_serializer<bhttp::span_body<const char>> serializer(head);
    ErrorCode error;
    stream_.expires_after(chrono_of(core_->options.limits.body_timeout));
    if (whole && length > kStreamChunk) {
      // A deadline for each piece: a long answer may take long, a reader that stands still may not.
      while (!serializer.is_done() && !error) {
        stream_.expires_after(chrono_of(core_->options.limits.body_timeout));
        co_await bhttp::async_write_some(stream_, serializer, asio::redirect_error(asio::use_awaitable, error));
      }
    } else if (whole) {
      co_await bhttp::async_write(stream_, serializer, asio::redirect_error(asio::use_awaitable, error));
    } else {
      co_await bhttp::async_write_header(stream_, serializer, asio::redirect_error(asio::use_awaitable, error));
      if (error == bhttp::error::need_buffer) error = {};
    }
    if (error) co_return false;
    if (response.stream && !head_ && !co_await send_stream(*response.stream)) co_return false;
    co_return keep_;
  }

  asio::awaitable<bool> send_stream(const BodyStream& stream) {
    for (std::uint64_t sent = 0; sent < stream.length;) {
      const std::uint64_t size = std::min<std::uint64_t>(kStreamChunk, stream.length - sent);
      const auto wait = std::make_shared<Wait<Result<Bytes>>>(core_->server_loop.context());
      core_->node_loop.post([alive = std::weak_ptr(core_->alive), loop = &core_->server_loop, read = stream.read,
                             weak = std::weak_ptr(wait), at = stream.offset + sent, size]() mutable {
        if (alive.expired()) return;
        read(at, size, [loop, alive, weak = std::move(weak)](Result<Bytes> bytes) mutable {
          if (!alive.expired()) give(*loop, std::move(weak), std::move(bytes));
        });
      });
      const auto piece = co_await wait_for(wait, core_->options.limits.handler_timeout);
      // The length was promised: all that is left is to break off.
      if (!piece || !piece->ok() || (*piece)->size() != size) co_return false;
      ErrorCode error;
      for (std::size_t at = 0; at < size && !error;) {
        stream_.expires_after(chrono_of(core_->options.limits.body_timeout));
        at += co_await stream_.async_write_some(asio::buffer((*piece)->data() + at, size - at),
                                                asio::redirect_error(asio::use_awaitable, error));
      }
      if (error) co_return false;
      sent += size;
    }
    co_return true;
  }

  asio::awaitable<bool> upgrade(Parser& parser, const Route& route, Request request) {
    if (!websocket::is_upgrade(parser.get())) {
      Response refused = plain_error(426);
      refused.headers.emplace_back("Upgrade", "websocket");
      co_return co_await refuse(std::move(refused));
    }
    const auto socket = std::make_shared<SocketSession>(core_);
    const bool full = core_->sockets >= core_->options.limits.sockets;
    if (full) {
      const std::scoped_lock lock(core_->figures_mutex);
      ++core_->figures.sockets_refused;
    }
    if (!full) {
      if (auto refused = route.open(request, socket)) co_return co_await refuse(*std::move(refused));
    }
    socket_ = socket;
    ++core_->sockets;
    {
      const std::scoped_lock lock(core_->figures_mutex);
      ++core_->figures.sockets;
    }
    if (full) socket->close(kCloseTryAgainLater, "Too many connections");
    core_->count(route_, 101);
    if (last_) socket->close(kCloseGoingAway, "the node stops");
    co_await socket->run(std::move(stream_), parser.release());
    --core_->sockets;
    const std::scoped_lock lock(core_->figures_mutex);
    --core_->figures.sockets;
    co_return false;
  }

  std::shared_ptr<Server::Core> core_;
  beast::tcp_stream stream_;
  beast::flat_buffer buffer_;
  const std::string peer_;
  std::shared_ptr<SocketSession> socket_;
  std::size_t body_bytes_ = 0;
  bool last_ = false;       // no request after the one at hand
  bool answering_ = false;  // the node has a request of it
  bool linger_ = false;
  // Of the request at hand.
  std::string origin_, route_, request_id_;
  unsigned version_ = 11;
  bool keep_ = false;
  bool head_ = false;
  bool known_path_ = false;
  bool whole_ = false;  // read to its end
};

}  // namespace

std::shared_ptr<Session> make_session(std::shared_ptr<Server::Core> core, real::tcp::socket socket, std::string peer) {
  return std::make_shared<Connection>(std::move(core), std::move(socket), std::move(peer));
}

}  // namespace lastmile::http
