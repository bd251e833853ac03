#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "fakes/kube/json.hpp"
#include "runtime/http/message.hpp"

namespace kitfox::kube::golden {

/// One recorded exchange with a real kube-apiserver.
struct exchange {
  std::string number;  ///< "034".
  std::string name;    ///< "034-auth-401-bad-token".
  runtime::http::request request;
  int status = 0;
  runtime::http::fields headers;  ///< Of the answer.
  std::string body;
  bool truncated = false;  ///< The recording keeps only the start of the body.
  bool binary = false;     ///< The recording keeps the body as hex digits.
};

[[nodiscard]] std::vector<exchange> read_exchanges(const std::filesystem::path& folder);

/// Bytes as the recording keeps them: "<hex> 6b38...".
[[nodiscard]] std::string hex_of(std::string_view bytes);
/// The body without what differs between any two runs: uids, revisions, server times, ages, the revision
/// inside continue tokens, managed fields (which the fake does not keep) and column descriptions (prose). A
/// text body stays text; a watch is an array of its events.
[[nodiscard]] json normal_form(const std::string& body);

}  // namespace kitfox::kube::golden
