#include "real/http/router.hpp"

#include <algorithm>

#include "core/base/check.hpp"

namespace lastmile::http {
namespace {

std::vector<std::string> segments_of(std::string_view path) {
  std::vector<std::string> out;
  for (;;) {
    const std::size_t slash = path.find('/');
    out.emplace_back(path.substr(0, slash));
    if (slash == std::string_view::npos) return out;
    path.remove_prefix(slash + 1);
  }
}

// "{address}.json" against "0xA.json". Captures may not be empty.
bool match_segment(std::string_view pattern, std::string_view text, std::vector<std::string>& captures) {
  const std::size_t open = pattern.find('{');
  if (open == std::string_view::npos) return pattern == text;
  const std::size_t close = pattern.find('}');
  const std::string_view before = pattern.substr(0, open);
  const std::string_view after = pattern.substr(close + 1);
  if (text.size() <= before.size() + after.size() || !text.starts_with(before) || !text.ends_with(after)) return false;
  captures.emplace_back(text.substr(before.size(), text.size() - before.size() - after.size()));
  return true;
}

}  // namespace

void Router::add(Route route) {
  const std::size_t number = routes_.size();
  if (route.path.find('{') == std::string::npos) {
    exact_[route.path].push_back(number);
  } else {
    auto segments = segments_of(route.path);
    const auto same = std::find_if(templates_.begin(), templates_.end(),
                                   [&](const Template& known) { return known.segments == segments; });
    if (same != templates_.end()) {
      same->routes.push_back(number);
    } else {
      templates_.push_back({std::move(segments), {number}});
    }
  }
  routes_.push_back(std::move(route));
}

Router::Match Router::find(Method method, std::string_view path) const {
  Match match;
  const auto choose = [&](const std::vector<std::size_t>& numbers) {
    for (const std::size_t number : numbers) {
      match.allowed.push_back(routes_[number].method);
      if (routes_[number].method == method) match.route = &routes_[number];
    }
  };
  if (const auto exact = exact_.find(path); exact != exact_.end()) {
    choose(exact->second);
    return match;
  }
  const auto segments = segments_of(path);
  for (const Template& one : templates_) {
    if (one.segments.size() != segments.size()) continue;
    std::vector<std::string> captures;
    bool fits = true;
    for (std::size_t i = 0; i < segments.size() && fits; ++i) {
      fits = match_segment(one.segments[i], segments[i], captures);
    }
    if (!fits) continue;
    choose(one.routes);
    match.captures = std::move(captures);
    return match;
  }
  return match;
}

std::string Router::allow_text(const std::vector<Method>& methods) {
  std::string out;
  const auto has = [&](Method method) { return std::find(methods.begin(), methods.end(), method) != methods.end(); };
  if (has(Method::get)) out = "GET,HEAD";
  if (has(Method::post)) out += out.empty() ? "POST" : ",POST";
  return out;
}

}  // namespace lastmile::http
