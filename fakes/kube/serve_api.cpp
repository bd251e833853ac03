#include "fakes/kube/serve_api.hpp"

#include <algorithm>

#include "fakes/kube/api_state.hpp"
#include "runtime/deadline.hpp"
#include "runtime/task_group.hpp"

namespace kitfox::kube {

using runtime::error_code;
using runtime::task;

namespace {

runtime::http::server_options bounded(runtime::http::server_options options, const api_server& server) {
  options.bounds.body_bytes_max = server.limits().body_bytes_max;
  return options;
}

}  // namespace

/// Rung when the server changed or the client went away; remembers it until the stream looks.
struct api_service::stream_bell {
  explicit stream_bell(api_service& service)
      : service_{service},
        bell_{service.host_.executor()},
        place_{service.bells_.insert(service.bells_.end(), this)} {}
  stream_bell(const stream_bell&) = delete;
  stream_bell& operator=(const stream_bell&) = delete;
  ~stream_bell() { service_.bells_.erase(place_); }

  void ring() {
    rung_ = true;
    bell_.notify_all();
  }
  void hush() noexcept { rung_ = false; }
  task<error_code> wait() {
    while (!rung_) {
      const error_code failure = co_await bell_.wait();
      if (failure) co_return failure;
    }
    co_return error_code{};
  }

 private:
  api_service& service_;
  runtime::notifier bell_;
  bool rung_ = false;
  std::list<stream_bell*>::iterator place_;
};

/// Sends one answer, as far as its transfer plan lets it.
class api_service::sender {
 public:
  sender(api_service& service, runtime::http::exchange& call, api_answer& answer)
      : service_{service}, call_{call}, answer_{answer} {}

  task<void> send() {
    const transfer_plan& plan = answer_.transfer;
    if (plan.delay.count() > 0) {
      const error_code failure = co_await service_.host_.clock().sleep_for(plan.delay);
      if (failure) co_return;
    }
    if (plan.ending != transfer_plan::endings::whole && !plan.body_bytes) {
      co_await break_off();
    } else if (plan.ending != transfer_plan::endings::whole) {
      co_await send_part();
    } else if (answer_.stream) {
      co_await send_stream();
    } else {
      const error_code failure = co_await call_.respond(std::move(answer_.head));
      if (failure) call_.reset();
    }
  }

 private:
  task<void> break_off() {
    switch (answer_.transfer.ending) {
      case transfer_plan::endings::reset:
        call_.reset();
        break;
      case transfer_plan::endings::cut:
        call_.close();
        break;
      case transfer_plan::endings::stall:
        static_cast<void>(co_await call_.client_gone());
        call_.close();
        break;
      case transfer_plan::endings::whole:
        break;
    }
  }

  // The part of a whole answer, or of a stream, that is sent before it is broken off.
  task<void> send_part() {
    std::string body = std::move(answer_.head.body);
    answer_.head.body.clear();
    const error_code begun = co_await call_.begin_stream(answer_.head);
    if (begun) co_return;
    const std::size_t wanted = *answer_.transfer.body_bytes;
    bytes_left_ = wanted;
    if (answer_.stream) {
      co_await pump();
    } else if (wanted > 0 && !body.empty()) {
      const error_code written = co_await call_.write_chunk(std::string_view{body}.substr(0, wanted));
      if (written) co_return;
    }
    co_await break_off();
  }

  task<void> send_stream() {
    const error_code begun = co_await call_.begin_stream(answer_.head);
    if (begun) co_return;
    co_await pump();
    if (last_ == stream_step::kinds::end) {
      const error_code ended = co_await call_.end_stream();
      if (ended) call_.reset();
    } else {
      call_.close();
    }
  }

  // Runs until the stream ends, is cut, has sent its part, or the client is gone.
  task<void> pump() {
    stream_bell bell{service_};
    runtime::task_group beside{service_.host_};
    beside.spawn("kube stream client", await_client(bell));
    co_await pump_beside(bell);
    beside.cancel();
    co_await beside.join();
  }

  task<void> await_client(stream_bell& bell) {
    static_cast<void>(co_await call_.client_gone());
    client_gone_ = true;
    bell.ring();
  }

  task<void> pump_beside(stream_bell& bell) {
    while (!client_gone_ && bytes_left_ > 0) {
      bell.hush();
      stream_step step = answer_.stream->next(service_.now());
      last_ = step.kind;
      if (step.kind == stream_step::kinds::end || step.kind == stream_step::kinds::cut) co_return;
      const error_code failure = co_await perform(bell, std::move(step));
      if (failure && failure != runtime::errc::timed_out) co_return;
    }
  }

  task<error_code> perform(stream_bell& bell, stream_step step) {
    if (step.kind == stream_step::kinds::send) {
      if (step.bytes.size() > bytes_left_) step.bytes.resize(bytes_left_);
      bytes_left_ -= step.bytes.size();
      co_return co_await call_.write_chunk(step.bytes);
    }
    if (step.until == runtime::mono_time::max()) co_return co_await bell.wait();
    co_return co_await runtime::with_deadline(service_.host_.clock(), step.until, bell.wait());
  }

  api_service& service_;
  runtime::http::exchange& call_;
  api_answer& answer_;
  std::size_t bytes_left_ = static_cast<std::size_t>(-1);
  stream_step::kinds last_ = stream_step::kinds::cut;
  bool client_gone_ = false;
};

api_service::api_service(runtime::host& on, std::unique_ptr<runtime::listener> from, api_server& server,
                         api_service_options options)
    : host_{on}, server_{server}, http_{on, std::move(from), *this, bounded(options.http, server)} {
  server_.on_change([this] {
    for (stream_bell* bell : bells_) bell->ring();
  });
  server_.requests().on_record([this](const request_record& record) { report(record); });
}

api_service::~api_service() {
  server_.on_change(nullptr);
  server_.requests().on_record(nullptr);
}

void api_service::stop() {
  http_.stop();
  server_.restart();
}

void api_service::restart() {
  server_.restart();
  http_.drop_connections();
}

instant api_service::now() const { return {host_.clock().now(), host_.clock().wall_now()}; }

task<void> api_service::answer_exchange(runtime::http::exchange& call) {
  api_answer answer = server_.answer_request(call.incoming(), now());
  sender send{*this, call, answer};
  co_await send.send();
}

runtime::http::response api_service::refusal(int status) {
  if (status == 413) return status_answer(body_too_large()).head;
  return text_answer(status, std::string{runtime::http::reason_phrase(status)}).head;
}

void api_service::report(const request_record& record) {
  const access_attributes& asked = record.attributes;
  host_.events().info("kubernetes_request", {{"serial", record.serial},
                                             {"user", record.user.name},
                                             {"impersonator", record.real_user},
                                             {"verb", asked.verb},
                                             {"group", asked.api_group},
                                             {"resource", asked.resource},
                                             {"subresource", asked.subresource},
                                             {"namespace", asked.ns},
                                             {"name", asked.name},
                                             {"target", record.target},
                                             {"status", std::int64_t{record.status}},
                                             {"fault", record.fault_id}});
}

}  // namespace kitfox::kube
