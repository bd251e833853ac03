#include "fakes/kube/serve_api.hpp"

#include "runtime/deadline.hpp"
#include "runtime/notifier.hpp"

namespace kitfox::kube {

namespace http = runtime::http;

struct api_service::state final : http::handler {
  state(runtime::host& on, api_server& api, std::unique_ptr<runtime::listener> from)
      : host{on}, server{api}, changed{on.executor()}, service{on, std::move(from), *this, options_of(api)} {
    server.on_change([this] { changed.notify_all(); });
  }
  ~state() override { server.on_change({}); }

  static http::server_options options_of(const api_server& api) {
    http::server_options out;
    out.bounds.body_bytes_max = api.limits().body_bytes_max;
    return out;
  }
  [[nodiscard]] instant now() const { return {host.clock().now(), host.clock().wall_now()}; }

  runtime::task<void> handle(http::exchange& call) override;
  runtime::task<runtime::error_code> send_part(http::exchange& call, api_answer& answer);
  runtime::task<void> send_stream(http::exchange& call, answer_stream& from);

  runtime::host& host;
  api_server& server;
  runtime::notifier changed;
  http::server service;
};

runtime::task<void> api_service::state::handle(http::exchange& call) {
  api_answer answer = server.handle(call.incoming(), now());
  const transfer_plan plan = answer.transfer;
  if (plan.delay > runtime::duration::zero()) {
    const runtime::error_code failure = co_await host.clock().sleep_for(plan.delay);
    if (failure) co_return;
  }
  if (plan.ending == transfer_plan::endings::whole) {
    if (answer.stream) {
      http::response head = std::move(answer.head);
      head.body.clear();
      const runtime::error_code failure = co_await call.begin_stream(std::move(head));
      if (!failure) co_await send_stream(call, *answer.stream);
    } else {
      const runtime::error_code failure = co_await call.respond(std::move(answer.head));
      static_cast<void>(failure);  // the client went away: the server ends the connection
    }
    co_return;
  }
  if (plan.body_bytes) {
    const runtime::error_code failure = co_await send_part(call, answer);
    if (failure) co_return;
  }
  switch (plan.ending) {
    case transfer_plan::endings::whole:
      break;
    case transfer_plan::endings::stall: {
      const runtime::error_code gone = co_await call.client_gone();
      static_cast<void>(gone);
      call.close();
      break;
    }
    case transfer_plan::endings::reset:
      call.reset();
      break;
    case transfer_plan::endings::cut:
      call.close();
      break;
  }
}

/// The head, and the first bytes of the body, of an answer that will be broken off.
runtime::task<runtime::error_code> api_service::state::send_part(http::exchange& call, api_answer& answer) {
  const std::string part = answer.head.body.substr(0, *answer.transfer.body_bytes);
  http::response head = std::move(answer.head);
  head.body.clear();
  const runtime::error_code failure = co_await call.begin_stream(std::move(head));
  if (failure || part.empty()) co_return failure;
  co_return co_await call.write_chunk(part);
}

runtime::task<void> api_service::state::send_stream(http::exchange& call, answer_stream& from) {
  for (;;) {
    const stream_step step = from.next(now());
    switch (step.kind) {
      case stream_step::kinds::send: {
        const runtime::error_code failure = co_await call.write_chunk(step.bytes);
        if (failure) co_return;
        break;
      }
      case stream_step::kinds::wait: {
        auto change = changed.wait();
        const runtime::error_code outcome =
            co_await runtime::with_deadline(host.clock(), step.until, std::move(change));
        if (outcome == runtime::errc::cancelled) co_return;
        break;
      }
      case stream_step::kinds::end: {
        const runtime::error_code failure = co_await call.end_stream();
        static_cast<void>(failure);
        co_return;
      }
      case stream_step::kinds::cut:
        call.close();
        co_return;
    }
  }
}

api_service::api_service(runtime::host& on, api_server& server, std::unique_ptr<runtime::listener> from)
    : state_{std::make_unique<state>(on, server, std::move(from))} {}
api_service::~api_service() = default;

runtime::endpoint api_service::local() const { return state_->service.local(); }
runtime::task<void> api_service::run() { return state_->service.run(); }
void api_service::stop() {
  state_->server.restart();
  state_->service.close_all();
  state_->service.stop();
}

}  // namespace kitfox::kube
