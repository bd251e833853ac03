#pragma once
#include <string>
#include <string_view>

#include "runtime/http/message.hpp"

namespace kitfox::kube {

/// What a request asks to do, as authorization sees it.
struct access_attributes {
  bool is_resource = false;  ///< Else `path` is a non-resource URL.
  std::string path;          ///< Percent-decoded.
  std::string verb;          ///< "get", "list", "watch", ...; the lower-case method for non-resource URLs.
  std::string api_group, api_version, ns, resource, subresource, name;

  /// "pods/log", or just the resource.
  [[nodiscard]] std::string resource_path() const;
};

/// A request taken apart (k8s.io/apiserver/pkg/endpoints/request, RequestInfoFactory).
struct request_info {
  access_attributes attributes;
  /// Of the resource path below its namespace: 1 collection, 2 object, 3 subresource, more is an unknown
  /// path.
  std::size_t part_count = 0;
  /// The path went through the legacy /watch/ prefix.
  bool legacy_watch = false;
  /// The path names a resource through a special verb but ends before it: not a request at all.
  bool malformed = false;
  runtime::http::target_parts target;
};

/// Total: whatever the bytes, some request comes out. An undecodable percent escape makes it malformed.
[[nodiscard]] request_info parse_request_info(std::string_view method, std::string_view target);

}  // namespace kitfox::kube
