#pragma once
#include <boost/system/result.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "agent/command_runner.hpp"
#include "agent/errc.hpp"

namespace kitfox::agent {

/// Which call a failure belongs to, in Kubernetes' words.
struct kube_subject {
  std::string verb;            ///< get or list.
  std::string resource;        ///< "pods", "pods/log", "nodes"; empty for /version.
  std::string namespace_name;  ///< Empty: cluster-wide.
};

/// Why a call to the Kubernetes API gave no result.
struct kube_failure {
  enum class kind {
    refused,      ///< The API server answered with `status`.
    timeout,      ///< No answer in time.
    unreachable,  ///< Dial, TLS or connection failed.
    malformed,    ///< The answer is not what the API promises.
    too_large,    ///< The answer exceeds kube_options.
  };
  kind what = kind::unreachable;
  kube_subject subject{};
  int status = 0;
  std::string reason{};   ///< metav1.Status.reason; empty where the server sent none.
  std::string message{};  ///< The server's sentence, or the transport's.
  std::optional<runtime::duration> retry_after{};
  std::string continue_token{};  ///< 410: a token that goes on inconsistently, if the server gave one.
};

template <class T>
using kube_result = boost::system::result<T, kube_failure>;
/// Only reached by value() on a failure, which is a programmer error.
[[noreturn]] void throw_exception_from_error(const kube_failure& failure,
                                             const boost::source_location& where);

inline constexpr std::size_t message_bytes_max = 1024;

/// A failure from what an API server sent: metav1.Status JSON, or text as flow control sends it.
[[nodiscard]] kube_failure refusal_of(int status, std::string_view body, kube_subject subject,
                                      std::optional<runtime::duration> retry_after);

/// The closed list's word for a failure. 401 is internal: the agent's own credential is refused, which is no
/// denial of what was asked for. 403 denied, 404 not_found, 408 and 504 timeout, 410 expired, 413 too_large,
/// 429 busy, any other 5xx unavailable, any other 4xx (400, 409, 422) invalid.
[[nodiscard]] protocol::command_error error_of(const kube_failure& failure);

/// The failure as a command's outcome. The message is cut to message_bytes_max and loses what the server
/// tells of its role bindings.
[[nodiscard]] command_outcome outcome_of(const kube_failure& failure);

}  // namespace kitfox::agent
