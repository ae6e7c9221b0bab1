// Which handler answers a method and a path (http-api.md 2). Made once, read from any thread afterwards.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "real/http/limits.hpp"
#include "real/http/message.hpp"
#include "real/http/socket.hpp"

namespace lastmile::http {

struct Route {
  Method method = Method::get;
  // "/api/v0/messages/{hash}/status": {name} is one segment, or what stands before its fixed end ("{address}.json").
  std::string path;
  std::string about;                                // one line, for the API document
  std::function<void(Request, Reply)> handle = {};  // on the node's loop
  std::size_t body_max = kJsonBodyMax;              // above it: 413
  std::vector<std::string> parameters = {};         // of the query, for the API document
  std::optional<Duration> patience = std::nullopt;  // for the answer; else Limits::handler_timeout
  // Instead of handle, of a WebSocket: on the server's thread, before the upgrade is answered. A response refuses it.
  std::function<std::optional<Response>(const Request&, const std::shared_ptr<Socket>&)> open = {};
};

class Router {
 public:
  void add(Route route);

  struct Match {
    const Route* route = nullptr;  // null: the path is not known, or not with this method
    std::vector<std::string> captures;
    std::vector<Method> allowed;  // methods of the path; empty: an unknown path
  };
  // Exact paths before templates, templates in the order they were added.
  Match find(Method method, std::string_view path) const;
  // "GET,HEAD,POST" of the methods of a path.
  static std::string allow_text(const std::vector<Method>& methods);

  const std::vector<Route>& routes() const { return routes_; }

 private:
  struct Template {
    std::vector<std::string> segments;
    std::vector<std::size_t> routes;  // by method
  };
  std::vector<Route> routes_;
  std::map<std::string, std::vector<std::size_t>, std::less<>> exact_;
  std::vector<Template> templates_;
};

}  // namespace lastmile::http
