#include "conformance/live/stub_kubelet.hpp"

#include "fakes/kube/pod_log_request.hpp"

namespace kitfox::conformance {

namespace http = runtime::http;

runtime::task<runtime::error_code> stub_kubelet::start(const pki::authority& by) {
  const pki::identity own = by.issue(pki::certificate_request{.hosts = {"127.0.0.1", "localhost"}});
  auto tls = host_.network().make_tls_server({own.certificate_pem, own.private_key_pem, {}});
  if (!tls) co_return tls.error();
  runtime::endpoint at{"127.0.0.1", 0};
  auto listening = co_await host_.network().listen(std::move(at), std::move(*tls));
  if (!listening) co_return listening.error();
  http::handler& self = *this;
  server_ = std::make_unique<http::server>(host_, std::move(*listening), self, http::server_options{});
  tasks_.spawn("kubelet", server_->run());
  co_return runtime::error_code{};
}

void stub_kubelet::keep(const kube::loaded_log& one) {
  logs_.append_text(one.name, one.text, one.start, one.step);
  logs_.close(one.name);
}

runtime::task<void> stub_kubelet::stop() {
  if (server_) server_->close_all();
  tasks_.cancel();
  co_await tasks_.join();
}

http::response stub_kubelet::answer(const http::request& asked) const {
  http::response out;
  out.headers.add("Content-Type", "text/plain");
  const auto target = http::split_target(asked.target);
  const auto parts = target ? kube::split_words(target->path, '/') : std::vector<std::string_view>{};
  if (parts.size() != 4 || parts[0] != "containerLogs") {
    out.status = 404;
    out.body = "404 page not found\n";
    return out;
  }
  const auto options = kube::parse_log_options(parts[2], *target);
  if (!options) {
    out.status = 400;
    out.body = options.error().message;
    return out;
  }
  kube::log_name name{std::string{parts[1]}, std::string{parts[2]}, std::string{parts[3]}, options->instance};
  const kube::container_log* found = logs_.find(name);
  if (found == nullptr && options->instance == kube::log_instance::previous) {
    out.status = 400;
    out.body =
        "previous terminated container \"" + name.container + "\" in pod \"" + name.pod + "\" not found";
    return out;
  }
  if (found == nullptr) return out;  // it wrote nothing
  const auto stream = kube::make_log_stream(logs_, std::move(name), *options, host_.clock().wall_now());
  for (;;) {
    const kube::stream_step step = stream->next({host_.clock().now(), host_.clock().wall_now()});
    if (step.kind != kube::stream_step::kinds::send) break;
    out.body += step.bytes;
  }
  return out;
}

runtime::task<void> stub_kubelet::answer_exchange(http::exchange& call) {
  http::response out = answer(call.incoming());
  const runtime::error_code failure = co_await call.respond(std::move(out));
  if (failure) call.reset();
}

}  // namespace kitfox::conformance
