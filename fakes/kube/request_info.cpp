#include "fakes/kube/request_info.hpp"

#include <algorithm>
#include <span>
#include <vector>

#include "fakes/kube/field_selector.hpp"
#include "fakes/kube/go_text.hpp"
#include "fakes/kube/resource_catalog.hpp"
#include "runtime/ascii.hpp"

namespace kitfox::kube {

namespace {

using runtime::lower_case;

// The parts of the path between slashes; leading and trailing ones do not count, doubled ones do.
std::vector<std::string> split_path(std::string_view path) {
  while (!path.empty() && path.front() == '/') path.remove_prefix(1);
  while (!path.empty() && path.back() == '/') path.remove_suffix(1);
  std::vector<std::string> parts;
  if (path.empty()) return parts;
  for (;;) {
    const std::size_t slash = path.find('/');
    parts.emplace_back(path.substr(0, slash));
    if (slash == std::string_view::npos) return parts;
    path.remove_prefix(slash + 1);
  }
}

std::string_view verb_of_method(std::string_view method) {
  if (method == "POST") return "create";
  if (method == "GET" || method == "HEAD") return "get";
  if (method == "PUT") return "update";
  if (method == "PATCH") return "patch";
  if (method == "DELETE") return "delete";
  return "";
}

bool is_namespace_subresource(std::string_view part) { return part == "status" || part == "finalize"; }

// A metadata.name selector names the object, so that rules with resourceNames can match.
void name_from_selector(request_info& info) {
  const auto text = info.target.get("fieldSelector");
  if (!text) return;
  const auto selector = parse_field_selector(*text);
  if (!selector) return;
  const auto name = selector->exact_value("metadata.name");
  if (name && *name != "." && *name != ".." && name->find_first_of("/%") == std::string::npos) {
    info.attributes.name = *name;
  }
}

void settle_collection_verb(request_info& info) {
  access_attributes& attributes = info.attributes;
  if (!attributes.name.empty()) return;
  if (attributes.verb == "get") {
    attributes.verb = go_query_flag(info.target.get("watch")) ? "watch" : "list";
    name_from_selector(info);
  } else if (attributes.verb == "watch") {
    name_from_selector(info);
  } else if (attributes.verb == "delete") {
    attributes.verb = "deletecollection";
    name_from_selector(info);
  }
}

void parse_resource(request_info& info, std::span<const std::string> parts, std::string_view method) {
  access_attributes& attributes = info.attributes;
  attributes.is_resource = true;
  attributes.api_version = parts[0];
  parts = parts.subspan(1);
  if (parts[0] == "watch" || parts[0] == "proxy") {
    if (parts.size() < 2) {
      info.malformed = true;
      return;
    }
    info.legacy_watch = parts[0] == "watch";
    attributes.verb = parts[0];
    parts = parts.subspan(1);
  } else {
    attributes.verb = verb_of_method(method);
  }
  if (parts[0] == "namespaces" && parts.size() > 1) {
    attributes.ns = parts[1];
    if (parts.size() > 2 && !is_namespace_subresource(parts[2])) parts = parts.subspan(2);
  }
  info.part_count = parts.size();
  attributes.resource = parts[0];
  if (parts.size() >= 2) attributes.name = parts[1];
  if (parts.size() >= 3) attributes.subresource = parts[2];
  settle_collection_verb(info);
}

}  // namespace

std::string access_attributes::resource_path() const {
  return subresource.empty() ? resource : resource + "/" + subresource;
}

request_info parse_request_info(std::string_view method, std::string_view target) {
  request_info info;
  info.attributes.verb = lower_case(method);
  auto parts_of_target = runtime::http::split_target(target);
  if (parts_of_target) info.target = std::move(*parts_of_target);
  auto path = parts_of_target ? runtime::http::percent_decode(info.target.path) : std::nullopt;
  if (!path) {
    info.malformed = true;
    info.attributes.path = target;
    return info;
  }
  info.attributes.path = std::move(*path);
  const std::vector<std::string> parts = split_path(info.attributes.path);
  if (parts.size() < 3) return info;
  if (parts[0] == "api") {
    parse_resource(info, std::span{parts}.subspan(1), method);
  } else if (parts[0] == "apis" && parts.size() >= 4) {
    info.attributes.api_group = parts[1];
    parse_resource(info, std::span{parts}.subspan(2), method);
  }
  return info;
}

}  // namespace kitfox::kube
