#include "real/ops/admin_server.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/local/stream_protocol.hpp>
#include <deque>
#include <map>
#include <nlohmann/json.hpp>

#include "core/base/nearest.hpp"
#include "real/env/asio.hpp"
#include "real/env/posix_file.hpp"
#include "real/ops/admin_request.hpp"

namespace lastmile::real {
namespace {

using local = asio::local::stream_protocol;
constexpr std::size_t kRequestReadBytes = 64 * 1024;
constexpr std::size_t kSocketPathMax = 107;  // of the kernel

std::string answer_line(const nlohmann::json& id, Result<nlohmann::json> result) {
  nlohmann::json answer{{"id", id}, {"ok", result.ok()}};
  if (result.ok()) {
    answer["result"] = *std::move(result);
  } else {
    answer["error"] = result.error().text;
  }
  return answer.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace

class AdminServer::Core : public std::enable_shared_from_this<AdminServer::Core> {
 public:
  Core(Loop& loop, AdminLimits limits) : loop_(loop), limits_(limits), acceptor_(loop.context()) {}

  Result<Unit> start(const std::filesystem::path& path) {
    if (path.native().size() > kSocketPathMax) {
      return Error{path.string() + ": a socket's path may have " + std::to_string(kSocketPathMax) + " bytes"};
    }
    ErrorCode error;
    if (std::filesystem::exists(path)) {
      local::socket probe(loop_.context());
      probe.connect(local::endpoint(path.string()), error);
      if (!error) return Error{path.string() + ": somebody answers on this socket already"};
      ::unlink(path.c_str());
    }
    acceptor_.open(local(), error);
    if (!error) acceptor_.bind(local::endpoint(path.string()), error);
    if (error) return Error{"cannot make the admin socket " + path.string() + ": " + error.message()};
    path_ = path;
    if (::chmod(path.c_str(), 0660) != 0) return file_error("cannot protect", path);
    acceptor_.listen(asio::socket_base::max_listen_connections, error);
    if (error) return Error{"cannot listen on " + path.string() + ": " + error.message()};
    accept();
    return Unit{};
  }

  void shut_down() {
    dead_ = true;
    ErrorCode ignored;
    acceptor_.close(ignored);
    if (!path_.empty()) ::unlink(path_.c_str());
    for (auto& [number, session] : sessions_) session->socket.close(ignored);
    sessions_.clear();
  }

  struct Entry {
    std::string about;
    Command command;
  };
  std::map<std::string, Entry, std::less<>> commands;

 private:
  struct Session {
    explicit Session(asio::io_context& io) : socket(io) {}
    local::socket socket;
    std::uint64_t number = 0;
    std::string incoming;
    std::size_t searched = 0;  // no line end before here
    std::deque<std::string> outgoing;
    std::size_t outgoing_bytes = 0;
    std::size_t pending = 0;
    bool reading = false;
    bool handling = false;  // lines of `incoming` are in use
    bool writing = false;
    bool closing = false;  // nothing is read any more; ends when everything was written
  };
  using SessionPtr = std::shared_ptr<Session>;

  void accept() {
    auto session = std::make_shared<Session>(loop_.context());
    local::socket& socket = session->socket;
    acceptor_.async_accept(socket, [weak = weak_from_this(), session](const ErrorCode& error) {
      const auto self = weak.lock();
      if (self == nullptr || self->dead_ || error == asio::error::operation_aborted) return;
      if (!error && self->sessions_.size() < self->limits_.connections) {
        session->number = ++self->last_session_;
        self->sessions_[session->number] = session;
        self->read(session);
      }
      self->accept();  // a session that was not kept is closed with its last reference
    });
  }

  bool alive(const SessionPtr& session) const { return !dead_ && sessions_.contains(session->number); }

  void drop(const SessionPtr& session) {
    ErrorCode ignored;
    session->socket.close(ignored);
    sessions_.erase(session->number);
  }

  void read(const SessionPtr& session) {
    if (session->closing || session->reading || session->handling || session->pending >= limits_.pending_per_connection)
      return;
    session->reading = true;
    const std::size_t had = session->incoming.size();
    session->incoming.resize(had + kRequestReadBytes);
    session->socket.async_read_some(asio::buffer(session->incoming.data() + had, kRequestReadBytes),
                                    [weak = weak_from_this(), session, had](const ErrorCode& error, std::size_t count) {
                                      const auto self = weak.lock();
                                      if (self == nullptr || !self->alive(session)) return;
                                      session->reading = false;
                                      session->incoming.resize(had + count);
                                      if (error) return self->drop(session);
                                      self->on_read(session);
                                    });
  }

  void on_read(const SessionPtr& session) {
    std::size_t begin = 0;
    session->handling = true;
    for (;;) {
      const auto end = session->incoming.find('\n', std::max(begin, session->searched));
      if (end == std::string::npos) break;
      handle(session, std::string_view(session->incoming).substr(begin, end - begin));
      if (!alive(session)) return;
      begin = end + 1;
    }
    session->handling = false;
    session->incoming.erase(0, begin);
    session->searched = session->incoming.size();
    if (session->incoming.size() > limits_.line_bytes) {
      send(session,
           answer_line(nullptr, Error{"the line is longer than " + std::to_string(limits_.line_bytes) + " bytes"}));
      session->closing = true;  // the rest of the line cannot be told from a new one
      if (session->outgoing.empty()) drop(session);
      return;
    }
    read(session);
  }

  void handle(const SessionPtr& session, std::string_view line) {
    if (line.empty()) return;
    Json id;
    const auto request = parse_admin_request(line, limits_.depth, id);
    if (!request.ok()) return send(session, answer_line(id, request.error()));
    const auto& name = (*request)["command"].get_ref<const std::string&>();
    if (name == "help") return send(session, answer_line(id, help()));
    const auto found = commands.find(name);
    if (found == commands.end()) {
      return send(session, answer_line(id, unknown_command(name)));
    }
    ++session->pending;
    Reply reply = [weak = weak_from_this(), session, id](Result<Json> result) {
      const auto self = weak.lock();
      if (self == nullptr || !self->alive(session)) return;
      --session->pending;
      self->send(session, answer_line(id, std::move(result)));
      self->read(session);
    };
    // The reply is shared so that a command that throws before it answered is answered here.
    auto shared = std::make_shared<Reply>(std::move(reply));
    try {
      found->second.command(*request, [shared](Result<Json> result) {
        if (Reply once = std::move(*shared)) once(std::move(result));
      });
    } catch (const nlohmann::json::exception& error) {  // a field that is missing or of another type
      if (Reply once = std::move(*shared)) once(Error{error.what()});
    }
  }

  Error unknown_command(const std::string& name) const {
    std::vector<std::string_view> names{"help"};
    for (const auto& [known, entry] : commands) names.emplace_back(known);
    const std::string_view near = nearest(name, names);
    return Error{"unknown command " + name.substr(0, 64) +
                 (near.empty() ? "; \"help\" lists them" : "; did you mean \"" + std::string(near) + "\"?")};
  }

  Result<Json> help() const {
    Json list = Json::object();
    for (const auto& [name, entry] : commands) list[name] = entry.about;
    return list;
  }

  void send(const SessionPtr& session, std::string line) {
    session->outgoing_bytes += line.size();
    session->outgoing.push_back(std::move(line));
    if (session->outgoing_bytes > limits_.answer_bytes) return drop(session);
    write(session);
  }

  void write(const SessionPtr& session) {
    if (session->writing || session->outgoing.empty()) return;
    session->writing = true;
    asio::async_write(session->socket, asio::buffer(session->outgoing.front()),
                      [weak = weak_from_this(), session](const ErrorCode& error, std::size_t count) {
                        const auto self = weak.lock();
                        if (self == nullptr || !self->alive(session)) return;
                        session->writing = false;
                        if (error) return self->drop(session);
                        session->outgoing_bytes -= count;
                        session->outgoing.pop_front();
                        if (session->closing && session->outgoing.empty()) return self->drop(session);
                        self->write(session);
                      });
  }

  Loop& loop_;
  const AdminLimits limits_;
  local::acceptor acceptor_;
  std::filesystem::path path_;
  std::map<std::uint64_t, SessionPtr> sessions_;
  std::uint64_t last_session_ = 0;
  bool dead_ = false;
};

Result<std::unique_ptr<AdminServer>> AdminServer::open(Loop& loop, const std::filesystem::path& socket,
                                                       AdminLimits limits) {
  std::unique_ptr<AdminServer> server(new AdminServer);
  server->core_ = std::make_shared<Core>(loop, limits);
  if (auto started = server->core_->start(socket); !started.ok()) return std::move(started).error();
  return server;
}

AdminServer::~AdminServer() { core_->shut_down(); }

void AdminServer::add(std::string name, std::string about, Command command) {
  const bool added = core_->commands.emplace(std::move(name), Core::Entry{std::move(about), std::move(command)}).second;
  LM_CHECK(added);
}

}  // namespace lastmile::real
