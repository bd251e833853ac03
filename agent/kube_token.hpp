#pragma once
#include <string>

#include "agent/agent_policy.hpp"
#include "agent/files.hpp"
#include "agent/kube_access.hpp"

namespace kitfox::agent {

/// The bearer token for the API server, read again when it may have been rotated (Kubernetes replaces the
/// token of a service account before it expires). A file that cannot be read leaves the last token in use.
class kube_token {
 public:
  /// `disk` must outlive it.
  kube_token(const kube_access& access, files& disk, runtime::duration reread)
      : path_{access.token_path}, token_{access.token}, disk_{disk}, reread_{reread} {}

  /// The token to send now; empty: none.
  [[nodiscard]] const std::string& current(runtime::mono_time now);
  enum class after_refusal { changed, unchanged };
  /// The server answered 401: reads the file at once. `changed`: the call deserves another try.
  [[nodiscard]] after_refusal on_refused(const std::string& refused, runtime::mono_time now);

 private:
  void read(runtime::mono_time now);

  std::string path_;
  std::string token_;
  files& disk_;
  runtime::duration reread_;
  runtime::mono_time read_at_{};
  bool was_read_ = false;
};

}  // namespace kitfox::agent
