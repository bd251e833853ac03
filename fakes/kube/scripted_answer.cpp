#include "fakes/kube/scripted_answer.hpp"

#include "fakes/kube/api_state.hpp"

namespace kitfox::kube {

namespace {

/// Sends one text, then ends.
class one_text_stream final : public answer_stream {
 public:
  explicit one_text_stream(std::string text) : text_{std::move(text)} {}
  stream_step next(instant) override {
    stream_step step;
    if (text_.empty()) return step;
    step.kind = stream_step::kinds::send;
    step.bytes.swap(text_);
    return step;
  }

 private:
  std::string text_;
};

/// Repeats the last line of another stream, once that has nothing more to send, until enough was sent.
class padded_stream final : public answer_stream {
 public:
  padded_stream(std::unique_ptr<answer_stream> inner, std::size_t bytes)
      : inner_{std::move(inner)}, due_{bytes} {}
  stream_step next(instant now) override {
    stream_step step = inner_->next(now);
    if (step.kind == stream_step::kinds::send) {
      last_ = step.bytes;
    } else if (step.kind != stream_step::kinds::cut && due_ > 0) {
      step.kind = stream_step::kinds::send;
      step.bytes = last_.empty() ? std::string(63, ' ') + "\n" : last_;
    }
    due_ -= std::min(due_, step.bytes.size());
    return step;
  }

 private:
  std::unique_ptr<answer_stream> inner_;
  std::size_t due_;
  std::string last_;
};

api_answer answer_with(const fault_status& fault, const access_attributes& asked, const user_identity& user) {
  const bool worded = !fault.message.empty() || !fault.reason.empty();
  if (fault.code == 403 && fault.form == fault_status::forms::status && !worded) {
    status_error refusal = forbidden(user.name, asked, "");
    refusal.retry_after = fault.retry_after;
    return refusal_answer(refusal);
  }
  const usual_failure usual = usual_failure_of(fault.code);
  const std::string message = fault.message.empty() ? usual.message : fault.message;
  api_answer answer;
  if (fault.form == fault_status::forms::text) {
    answer = text_answer(fault.code, message + "\n");
  } else {
    status_error failure;
    failure.code = fault.code;
    failure.reason = fault.reason.empty() ? usual.reason : fault.reason;
    failure.message = message;
    answer = json_answer(fault.code, failure.body());
  }
  if (fault.retry_after) answer.head.headers.add("Retry-After", std::to_string(fault.retry_after->count()));
  return answer;
}

api_answer gone_answer(const request_info& info) {
  if (info.attributes.verb != "watch") {
    return status_answer(expired("The resourceVersion for the provided list is too old."));
  }
  api_answer answer = json_answer(200, nullptr);
  answer.head.body.clear();
  const status_error gone = expired("too old resource version: 1 (2)");
  answer.stream = std::make_unique<one_text_stream>(print_event("ERROR", gone.body()));
  return answer;
}

api_answer pad(api_answer answer, std::size_t bytes) {
  if (answer.stream) {
    answer.stream = std::make_unique<padded_stream>(std::move(answer.stream), bytes);
  } else if (answer.head.body.size() < bytes) {
    answer.head.body.append(bytes - answer.head.body.size(), ' ');
  }
  return answer;
}

/// Makes the answer of each kind of fault.
struct fault_applier {
  const request_info& info;
  const user_identity& user;
  const std::function<api_answer()>& usual;

  api_answer operator()(const fault_status& fault) const { return answer_with(fault, info.attributes, user); }
  api_answer operator()(const fault_delay& fault) const {
    api_answer answer = usual();
    answer.transfer.delay = fault.span;
    return answer;
  }
  api_answer operator()(const fault_break& fault) const {
    api_answer answer = usual();
    answer.transfer.ending = fault.ending;
    answer.transfer.body_bytes = fault.body_bytes;
    return answer;
  }
  api_answer operator()(const fault_huge& fault) const { return pad(usual(), fault.bytes); }
  api_answer operator()(const fault_gone&) const { return gone_answer(info); }
  api_answer operator()(const fault_no_content&) const {
    api_answer answer;
    answer.head.status = 204;
    answer.head.headers.add("Cache-Control", "no-cache, private");
    return answer;
  }
};

}  // namespace

usual_failure usual_failure_of(int code) {
  switch (code) {
    case 400:
      return {"BadRequest", "the server rejected our request for an unknown reason"};
    case 401:
      return {"Unauthorized", "Unauthorized"};
    case 403:
      return {"Forbidden", "forbidden"};
    case 404:
      return {"NotFound", "the server could not find the requested resource"};
    case 409:
      return {"Conflict", "the server reported a conflict"};
    case 410:
      return {"Expired", "The resourceVersion for the provided list is too old."};
    case 429:
      return {"TooManyRequests", "Too many requests, please try again later."};
    case 500:
      return {"InternalError", "Internal error occurred: scripted fault"};
    case 503:
      return {"ServiceUnavailable", "the server is currently unable to handle the request"};
    case 504:
      return {"Timeout", "request did not complete within the allotted timeout"};
    default:
      return {"", "an error on the server has prevented the request from succeeding"};
  }
}

api_answer apply_fault(const fault_action& action, const request_info& info, const user_identity& user,
                       const std::function<api_answer()>& usual) {
  return std::visit(fault_applier{info, user, usual}, action);
}

}  // namespace kitfox::kube
