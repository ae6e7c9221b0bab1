#include "tools/cli/message_socket.hpp"

#include <utility>
// first: Asio's headers need it
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <chrono>
#include <functional>

namespace lastmile::tools {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;
using boost::system::error_code;
using Tls = beast::ssl_stream<beast::tcp_stream>;

constexpr std::chrono::seconds kConnectMax(15);

struct Target {
  bool tls = false;
  std::string host;
  std::string port;
  std::string path;
};

Target parse_target(const std::string& url) {
  Target out;
  out.tls = url.starts_with("https://");
  std::string rest = url.substr(out.tls ? 8 : 7);
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  out.path = slash < rest.size() ? rest.substr(slash) : "/";
  out.host = rest.substr(0, slash);
  out.port = out.tls ? "443" : "80";
  const std::size_t colon = out.host.rfind(':');
  if (colon != std::string::npos && out.host.find(']', colon) == std::string::npos) {
    out.port = out.host.substr(colon + 1);
    out.host.resize(colon);
  }
  if (out.host.starts_with('[') && out.host.ends_with(']')) out.host = out.host.substr(1, out.host.size() - 2);
  return out;
}

}  // namespace

struct MessageSocket::Impl {
  asio::io_context loop;
  asio::ssl::context tls_context{asio::ssl::context::tls_client};
  std::unique_ptr<websocket::stream<beast::tcp_stream>> plain;
  std::unique_ptr<websocket::stream<Tls>> tls;
  beast::flat_buffer buffer;
  bool reading = false;
  bool done = false;  // what runs has ended, with `result`
  error_code result;

  std::function<void(error_code)> ending() {
    done = false;
    return [this](error_code error) {
      result = error;
      done = true;
    };
  }

  // Runs what was started until it has ended; false when the time is over first.
  template <class Length>
  bool run_for(Length length) {
    const auto until = std::chrono::steady_clock::now() + length;
    loop.restart();
    while (!done && loop.run_one_until(until) > 0) {
    }
    return done;
  }

  // What one step failed with; empty when it went well.
  std::string step(const char* what) {
    if (!run_for(kConnectMax)) return std::string(what) + ": no answer in time";
    return result ? std::string(what) + ": " + result.message() : std::string();
  }

  template <class Socket>
  void set_limits(Socket& socket) {
    beast::get_lowest_layer(socket).expires_never();
    websocket::stream_base::timeout limits = websocket::stream_base::timeout::suggested(beast::role_type::client);
    limits.keep_alive_pings = true;
    limits.idle_timeout = std::chrono::seconds(90);  // nodes ping every 30 s
    socket.set_option(limits);
    socket.read_message_max(kSocketFrameBytesMax);
  }

  std::string open(const Target& target) {
    asio::ip::tcp::resolver resolver(loop);
    asio::ip::tcp::resolver::results_type found;
    auto ended = ending();
    resolver.async_resolve(target.host, target.port,
                           [&](error_code error, asio::ip::tcp::resolver::results_type results) {
                             found = std::move(results);
                             ended(error);
                           });
    if (std::string failed = step("cannot find the host"); !failed.empty()) return failed;
    const std::string host = target.host + ":" + target.port;
    return target.tls ? open_tls(target, found, host) : open_plain(target, found, host);
  }

  std::string open_plain(const Target& target, const asio::ip::tcp::resolver::results_type& found,
                         const std::string& host) {
    plain = std::make_unique<websocket::stream<beast::tcp_stream>>(loop);
    auto ended = ending();
    beast::get_lowest_layer(*plain).async_connect(
        found, [ended](error_code error, const asio::ip::tcp::endpoint&) { ended(error); });
    if (std::string failed = step("cannot connect"); !failed.empty()) return failed;
    set_limits(*plain);
    plain->async_handshake(host, target.path, ending());
    return step("the node does not tell of messages there");
  }

  std::string open_tls(const Target& target, const asio::ip::tcp::resolver::results_type& found,
                       const std::string& host) {
    error_code error;
    tls_context.set_default_verify_paths(error);
    tls_context.set_verify_mode(asio::ssl::verify_peer, error);
    tls = std::make_unique<websocket::stream<Tls>>(loop, tls_context);
    tls->next_layer().set_verify_callback(asio::ssl::host_name_verification(target.host), error);
    if (SSL_set_tlsext_host_name(tls->next_layer().native_handle(), target.host.c_str()) != 1)
      return "cannot name the host";
    auto ended = ending();
    beast::get_lowest_layer(*tls).async_connect(
        found, [ended](error_code code, const asio::ip::tcp::endpoint&) { ended(code); });
    if (std::string failed = step("cannot connect"); !failed.empty()) return failed;
    tls->next_layer().async_handshake(asio::ssl::stream_base::client, ending());
    if (std::string failed = step("no trusted connection"); !failed.empty()) return failed;
    set_limits(*tls);
    tls->async_handshake(host, target.path, ending());
    return step("the node does not tell of messages there");
  }

  void start_reading() {
    reading = true;
    const auto ended = ending();
    const auto read = [ended](error_code error, std::size_t) { ended(error); };
    if (tls) {
      tls->async_read(buffer, read);
    } else {
      plain->async_read(buffer, read);
    }
  }
};

MessageSocket::MessageSocket(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
MessageSocket::MessageSocket(MessageSocket&&) noexcept = default;
MessageSocket& MessageSocket::operator=(MessageSocket&&) noexcept = default;
MessageSocket::~MessageSocket() = default;

Result<MessageSocket> MessageSocket::connect(const std::string& url) {
  auto impl = std::make_unique<Impl>();
  const Target target = parse_target(url);
  const std::string failed = impl->open(target);
  if (!failed.empty()) return Error{target.host + ":" + target.port + ": " + failed};
  return MessageSocket(std::move(impl));
}

Result<std::optional<std::string>> MessageSocket::next(Duration patience) {
  if (!impl_->reading) impl_->start_reading();
  if (!impl_->run_for(std::chrono::nanoseconds(patience.ns))) return std::optional<std::string>();
  impl_->reading = false;
  if (impl_->result) return Error{"the connection has ended: " + impl_->result.message()};
  std::string text = beast::buffers_to_string(impl_->buffer.data());
  impl_->buffer.consume(impl_->buffer.size());
  return std::optional<std::string>(std::move(text));
}

}  // namespace lastmile::tools
