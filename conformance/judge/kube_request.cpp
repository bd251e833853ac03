#include "conformance/judge/kube_request.hpp"

#include <vector>

namespace kitfox::conformance {
namespace {

std::vector<std::string_view> segments(std::string_view path) {
  std::vector<std::string_view> out;
  while (!path.empty()) {
    const std::string_view one = path.substr(0, path.find('/'));
    path.remove_prefix(std::min(one.size() + 1, path.size()));
    if (!one.empty()) out.push_back(one);
  }
  return out;
}

bool watches(std::string_view query) {
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(pair.size() + 1, query.size()));
    if (pair == "watch=true" || pair == "watch=1" || pair == "watch") return true;
  }
  return false;
}

std::string verb_of(std::string_view method, bool named, bool watch) {
  if (method == "GET" || method == "HEAD") return watch ? "watch" : named ? "get" : "list";
  if (method == "POST") return "create";
  if (method == "PUT") return "update";
  if (method == "PATCH") return "patch";
  if (method == "DELETE") return named ? "delete" : "deletecollection";
  return std::string{method};
}

}  // namespace

kube_request parse_kube_request(std::string_view method, std::string_view target) {
  kube_request out;
  const std::size_t question = target.find('?');
  const std::string_view query =
      question == std::string_view::npos ? std::string_view{} : target.substr(question + 1);
  const auto parts = segments(target.substr(0, question));
  // /api/VERSION/... is the core group, /apis/GROUP/VERSION/... every other.
  std::size_t at = parts.empty() ? 0 : parts[0] == "api" ? 2 : parts[0] == "apis" ? 3 : parts.size();
  // A namespace is a container of what follows it, or the object itself where nothing does.
  if (at + 2 < parts.size() && parts[at] == "namespaces") {
    out.name_space = parts[at + 1];
    at += 2;
  }
  if (at < parts.size()) out.resource = parts[at];
  if (at + 1 < parts.size()) out.name = parts[at + 1];
  if (at + 2 < parts.size()) out.resource += "/" + std::string{parts[at + 2]};
  out.verb = verb_of(method, !out.name.empty() || out.resource.empty(), watches(query));
  return out;
}

}  // namespace kitfox::conformance
