#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kitfox::gateway {

/// How a request's method and path relate to a table of routes.
enum class route_verdict {
  matched,
  no_such_path,    ///< 404.
  other_method,    ///< 405, with `allow`.
  malformed_path,  ///< 400: an id in the path is not of `[A-Za-z0-9_-]{1,64}` once decoded.
};

/// One row: `*` in the pattern stands for one id. Patterns are written without a leading slash.
template <class Route>
struct route_rule {
  std::string_view method;
  std::string_view pattern;
  Route target;
};

namespace detail {
enum class pattern_fit { fits, fits_not, bad_id };
/// Compares segment by segment; `ids` gets the decoded ids.
[[nodiscard]] pattern_fit fit_pattern(std::string_view pattern, std::span<const std::string_view> path,
                                      std::vector<std::string>& ids);
/// Segments of a path, without the optional first segment `gateway`.
[[nodiscard]] std::vector<std::string_view> split_path(std::string_view path);
}  // namespace detail

template <class Route>
struct route_match {
  route_verdict verdict = route_verdict::no_such_path;
  Route target{};                ///< If matched, or malformed_path.
  std::vector<std::string> ids;  ///< If matched: what stood for each `*`.
  std::string allow;             ///< If other_method.
};

/// Finds the route of a request; `path` is percent-encoded and without query. Routes answer with and without
/// the prefix `/gateway`.
template <class Route>
[[nodiscard]] route_match<Route> match_route(std::span<const route_rule<Route>> rules,
                                             std::string_view method, std::string_view path) {
  route_match<Route> found;
  const std::vector<std::string_view> segments = detail::split_path(path);
  for (const route_rule<Route>& rule : rules) {
    std::vector<std::string> ids;
    const detail::pattern_fit fit = detail::fit_pattern(rule.pattern, segments, ids);
    if (fit == detail::pattern_fit::fits_not) continue;
    if (rule.method != method) {
      if (found.verdict == route_verdict::no_such_path) found.verdict = route_verdict::other_method;
      found.allow += found.allow.empty() ? "" : ", ";
      found.allow += rule.method;
      continue;
    }
    if (fit == detail::pattern_fit::fits) return {route_verdict::matched, rule.target, std::move(ids), {}};
    found.verdict = route_verdict::malformed_path;
    found.target = rule.target;
  }
  return found;
}

}  // namespace kitfox::gateway
