#include "tools/cli/watch_command.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <deque>
#include <optional>
#include <set>
#include <thread>

#include "core/message/json_view.hpp"
#include "tools/cli/console.hpp"
#include "tools/cli/exit_status.hpp"
#include "tools/cli/http_client.hpp"
#include "tools/cli/message_socket.hpp"

namespace lastmile::tools {
namespace {

using Clock = std::chrono::steady_clock;
constexpr int kConnectTries = 5;  // without one message in between
constexpr std::size_t kRememberedMax =
    4096;  // what was printed, so that the history after a new connection is not again
constexpr int kHistoryMax = 199;
constexpr std::chrono::milliseconds kFirstPause(500), kLongestPause(30000);

std::string joined(const std::vector<std::string>& values) {
  std::string out;
  for (const std::string& value : values) out += (out.empty() ? "" : "%2C") + url_part(value);
  return out;
}

std::string query_of(const WatchOptions& options, int history) {
  std::string query = "?history=" + std::to_string(history);
  const auto add = [&](const char* name, const std::vector<std::string>& values) {
    if (!values.empty()) query += "&" + std::string(name) + "=" + joined(values);
  };
  if (options.types.size() == 1) add("msgType", options.types);
  if (options.types.size() > 1) add("msgTypes", options.types);
  add("addresses", options.addresses);
  add("channels", options.channels);
  add("contentTypes", options.content_types);
  add("refs", options.refs);
  return query;
}

class Watcher {
 public:
  Watcher(const WatchOptions& options, std::string url) : options_(options), url_(std::move(url)) {
    if (options.for_seconds > 0)
      until_ = Clock::now() + std::chrono::milliseconds(static_cast<std::int64_t>(options.for_seconds * 1000));
  }

  int run() {
    int history = options_.history;
    std::chrono::milliseconds pause = kFirstPause;
    for (int failed = 0; !over();) {
      const long before = printed_;
      auto socket = MessageSocket::connect(url_ + query_of(options_, history));
      const std::string why = socket ? read(*socket) : socket.error().text;
      if (over()) break;
      if (printed_ > before) {
        failed = 0;
        pause = kFirstPause;
      }
      if (++failed == kConnectTries)
        return fail(kCliFailed, {.text = why, .hint = "Is a node running there? Another one: --api URL"},
                    options_.common.json);
      if (!options_.common.quiet && !options_.common.json) std::fprintf(stderr, "%s; connecting again\n", why.c_str());
      std::this_thread::sleep_for(pause);
      pause = std::min(2 * pause, kLongestPause);
      history = kHistoryMax;  // what was missed meanwhile
    }
    return kCliOk;
  }

 private:
  bool over() const {
    return (options_.count > 0 && printed_ >= options_.count) || (until_ && Clock::now() >= *until_);
  }

  // Until the connection ends: why it did.
  std::string read(MessageSocket& socket) {
    while (!over()) {
      const auto next = socket.next(milliseconds(200));
      if (!next) return next.error().text;
      if (const std::optional<std::string>& frame = *next) print(*frame);
    }
    return {};
  }

  void print(const std::string& frame) {
    const auto view = message::JsonView::parse(frame);
    if (!view || !view->is_object()) return;  // nothing that a node says here
    std::string hash;
    if (const auto name = view->find("item_hash"); name && name->is_string()) hash = name->string();
    if (!seen_.insert(hash).second) return;
    order_.push_back(hash);
    if (order_.size() > kRememberedMax) {
      seen_.erase(order_.front());
      order_.pop_front();
    }
    ++printed_;
    print_line(std::string(view->raw()));
    std::fflush(stdout);
  }

  const WatchOptions& options_;
  std::string url_;
  std::optional<Clock::time_point> until_;
  long printed_ = 0;
  std::set<std::string> seen_;
  std::deque<std::string> order_;
};

}  // namespace

int command_message_watch(const WatchOptions& options) {
  const auto settings = load_cli_settings(options.common);
  if (!settings) return fail(kCliUsage, {.text = settings.error().text}, options.common.json);
  return Watcher(options, settings->api + "/api/ws0/messages").run();
}

}  // namespace lastmile::tools
