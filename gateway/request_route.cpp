#include "gateway/request_route.hpp"

#include <utility>

#include "protocol/ids.hpp"

namespace kitfox::gateway::detail {

namespace {
std::string_view next_segment(std::string_view& rest) {
  const std::size_t slash = rest.find('/');
  const std::string_view segment = rest.substr(0, slash);
  rest = slash == std::string_view::npos ? std::string_view{} : rest.substr(slash + 1);
  return segment;
}
}  // namespace

pattern_fit fit_pattern(std::string_view pattern, std::span<const std::string_view> path,
                        std::vector<std::string>& ids) {
  bool bad_id = false;
  std::size_t index = 0;
  bool ends_with_id = false;
  for (std::string_view rest = pattern; !rest.empty(); ++index) {
    const std::string_view expected = next_segment(rest);
    if (index >= path.size()) return pattern_fit::fits_not;
    ends_with_id = expected == "*";
    if (!ends_with_id) {
      if (path[index] != expected) return pattern_fit::fits_not;
      continue;
    }
    auto decoded = protocol::percent_decode(path[index]);
    if (decoded.has_error() || !protocol::is_request_id(decoded.value()))
      bad_id = true;
    else
      ids.push_back(std::move(decoded.value()));
  }
  // More segments after an id are an id with slashes in it.
  if (index < path.size()) return ends_with_id ? pattern_fit::bad_id : pattern_fit::fits_not;
  return bad_id ? pattern_fit::bad_id : pattern_fit::fits;
}

std::vector<std::string_view> split_path(std::string_view path) {
  std::vector<std::string_view> segments;
  if (path.starts_with('/')) path.remove_prefix(1);
  while (true) {
    const std::size_t slash = path.find('/');
    segments.push_back(path.substr(0, slash));
    if (slash == std::string_view::npos) break;
    path.remove_prefix(slash + 1);
  }
  if (segments.size() > 1 && segments.front() == "gateway") segments.erase(segments.begin());
  return segments;
}

}  // namespace kitfox::gateway::detail
