#include "conformance/transcript/wire.hpp"

#include <algorithm>

#include "conformance/transcript/canary.hpp"
#include "runtime/ascii.hpp"

namespace kitfox::conformance {
namespace {

constexpr std::string_view kept_fields[] = {"content-type",
                                            "retry-after",
                                            "location",
                                            "cache-control",
                                            "x-accel-buffering",
                                            "last-event-id",
                                            "accept",
                                            "content-encoding",
                                            "impersonate-user",
                                            "impersonate-group",
                                            "x-request-id",
                                            "www-authenticate",
                                            "allow"};

/// Stands for the id of a stream that has set none: what it was before is not for one connection to know.
constexpr std::string_view id_untouched = "\x01 untouched";

bool is_event_stream(std::string_view type) {
  type = type.substr(0, type.find(';'));
  while (type.ends_with(' ')) type.remove_suffix(1);
  return runtime::same_letters(type, "text/event-stream");
}

bool has_ambiguous_end(const http_head& head) {
  const std::string_view length = head.get("content-length");
  if (!length.empty() && !head.get("transfer-encoding").empty()) return true;
  return std::any_of(head.fields.begin(), head.fields.end(), [&](const auto& field) {
    return field.first == "content-length" && field.second != length;
  });
}

bool asks_for_stream(std::string_view target) {
  return target.find("watch=true") != std::string_view::npos ||
         target.find("watch=1") != std::string_view::npos ||
         target.find("follow=true") != std::string_view::npos;
}

}  // namespace

recorder::wire::wire(recorder& to, std::uint64_t conn, wire_end at)
    : to_{to},
      conn_{conn},
      at_{at},
      requests_{*this, http_reader::direction::requests},
      responses_{*this, http_reader::direction::responses} {}

record recorder::wire::start(record_kind kind) const {
  record one;
  one.kind = kind;
  one.t = now_;
  one.conn = conn_;
  one.at = at_;
  return one;
}

void recorder::wire::emit(record&& one) {
  flush();
  to_.append(std::move(one));
}

void recorder::wire::flush() {
  if (quiet_.count == 0) return;
  quiet_.t = quiet_.last;
  to_.append(std::exchange(quiet_, record{}));
}

void recorder::wire::on_quiet(std::string_view what) {
  if (quiet_.count != 0 && quiet_.name != what) flush();
  if (quiet_.count == 0) {
    quiet_ = start(record_kind::sse_quiet);
    quiet_.name = what;
    quiet_.first = now_;
    quiet_.exchange = responses_.current_.exchange;
  } else {
    quiet_.gap_max = std::max(quiet_.gap_max, now_ - quiet_.last);
  }
  quiet_.last = now_;
  ++quiet_.count;
}

void recorder::wire::on_bytes(fault::side from, std::string_view bytes, instant t) {
  now_ = t;
  half& direction = from == fault::side::client ? requests_ : responses_;
  if (direction.bytes_ == 0) direction.first_ = t;
  direction.bytes_ += bytes.size();
  direction.last_ = t;
  direction.reader_.feed(bytes);
}

void recorder::wire::on_end(record_kind kind, fault::side from, std::string_view how, instant t) {
  now_ = t;
  half& direction = from == fault::side::client ? requests_ : responses_;
  if (how == "fin") direction.reader_.end_of_stream();
  record one = start(kind);
  one.name = how;
  one.more = {{"bytes_in", (at_ == wire_end::client ? responses_ : requests_).bytes_},
              {"last_in", (at_ == wire_end::client ? responses_ : requests_).last_},
              {"cut", direction.reader_.inside_message()}};
  emit(std::move(one));
}

void recorder::wire::half::scan(std::string_view bytes) {
  std::string text = std::move(current_.tail);
  text += bytes;
  add_canaries(text, current_.canaries);
  constexpr std::string_view prefix = "ixfx_k8s_";
  for (std::size_t at = text.find(prefix); at != std::string::npos; at = text.find(prefix, at + 1)) {
    const std::size_t dot = text.find('.', at);
    if (dot != std::string::npos && dot - at < 90 && text.size() - dot > 40) current_.leak = true;
  }
  if (!owner_.to_.secrets_.find_in(text).empty()) current_.leak = true;
  constexpr std::size_t keep = 160;
  current_.tail = text.size() > keep ? text.substr(text.size() - keep) : std::move(text);
}

void recorder::wire::half::on_head(http_head head) {
  current_ = message{};
  current_.started = owner_.now_;
  current_.exchange = ++count_;
  current_.ambiguous = has_ambiguous_end(head);
  if (which_ == http_reader::direction::requests) {
    current_.target = head.target;
    owner_.targets_.push_back(head.target);
    owner_.responses_.reader_.expect_response_to(head.method);
    scan(head.target);
    current_.tail.clear();
  } else {
    if (!owner_.targets_.empty()) {
      current_.target = std::move(owner_.targets_.front());
      owner_.targets_.erase(owner_.targets_.begin());
    }
    current_.events = head.status == 200 && is_event_stream(head.get("content-type"));
    current_.streamed = current_.events || (head.status == 200 && asks_for_stream(current_.target));
  }
  current_.head = std::move(head);
  if (current_.streamed) {
    events_.reset_for_new_connection();
    static_cast<void>(events_.set_last_event_id(id_untouched));
    told_id_ = id_untouched;
    write();
  }
}

void recorder::wire::half::on_body(std::string_view bytes) {
  current_.body_bytes += bytes.size();
  if (current_.events) {
    const runtime::error_code failure = events_.feed(bytes, static_cast<protocol::sse_sink&>(*this));
    if (failure) current_.events = false;  // over the decoder's limit: the raw length is still counted
    note_retry();
    note_id();
    return;
  }
  scan(bytes);
  if (current_.body.size() < body_bytes_max)
    current_.body += bytes.substr(0, body_bytes_max - current_.body.size());
}

/// `retry:` takes effect with its line, also in a block that dispatches no event.
void recorder::wire::half::note_retry() {
  if (events_.retry() == retry_) return;
  retry_ = events_.retry();
  record one = owner_.start(record_kind::sse_event);
  one.exchange = current_.exchange;
  one.name = "retry";
  one.more = {{"retry_ms", retry_->count()}};
  owner_.emit(std::move(one));
}

/// An id counts with its block, also with one that dispatches no event, and one that is empty takes it back.
void recorder::wire::half::note_id() {
  if (events_.last_event_id() == told_id_) return;
  told_id_ = events_.last_event_id();
  record one = owner_.start(record_kind::sse_event);
  one.exchange = current_.exchange;
  one.name = "id";
  one.id = told_id_;
  owner_.emit(std::move(one));
}

void recorder::wire::half::on_message_end() {
  if (!current_.streamed) return write();
  record one = owner_.start(record_kind::http_end);
  one.exchange = current_.exchange;
  one.canaries = current_.canaries;
  owner_.emit(std::move(one));
}

void recorder::wire::half::write() {
  const bool request = which_ == http_reader::direction::requests;
  record one = owner_.start(request ? record_kind::http_request : record_kind::http_response);
  one.exchange = current_.exchange;
  if (current_.streamed)
    one.target = current_.target;
  else
    one.target = std::move(current_.target);  // all that was kept of the message
  one.name = current_.head.method;
  one.status = current_.head.status;
  one.first = current_.started;
  one.text = std::move(current_.body);
  one.canaries = std::move(current_.canaries);
  nlohmann::json more = nlohmann::json::object();
  if (request) one.key = owner_.to_.describe_credential(current_.head.get("authorization"), more);
  for (const std::string_view name : kept_fields) {
    if (const std::string_view value = current_.head.get(name); !value.empty())
      more[std::string{name}] = value;
  }
  if (current_.body_bytes > one.text.size()) more["body_bytes"] = current_.body_bytes;
  if (current_.started != owner_.now_) more["started"] = current_.started;
  if (current_.leak) {
    more["leak"] = true;
    one.text.clear();  // no secret in a transcript
  }
  if (current_.streamed) more["streamed"] = true;
  if (current_.ambiguous) more["ambiguous"] = true;
  if (!more.empty()) one.more = std::move(more);
  owner_.emit(std::move(one));
}

void recorder::wire::half::on_malformed(std::string_view why) {
  record one = owner_.start(record_kind::http_malformed);
  one.name = why;
  one.id = which_ == http_reader::direction::requests ? "request" : "response";
  owner_.emit(std::move(one));
}

void recorder::wire::half::on_event(const protocol::sse_event& event) {
  if (event.type == "heartbeat") return owner_.on_quiet("heartbeat");
  current_.canaries.clear();
  current_.tail.clear();
  current_.leak = false;
  scan(event.data);
  record one = owner_.start(record_kind::sse_event);
  one.exchange = current_.exchange;
  one.name = event.type;
  if (event.id != id_untouched) one.id = event.id;
  if (!one.id.empty()) told_id_ = one.id;
  one.text = event.data.substr(0, body_bytes_max);
  one.canaries = std::move(current_.canaries);
  if (event.data.size() > body_bytes_max) one.more["data_bytes"] = event.data.size();
  if (current_.leak) {
    one.more["leak"] = true;
    one.text.clear();  // no secret in a transcript
  }
  owner_.emit(std::move(one));
}

void recorder::wire::half::on_comment(std::string_view) { owner_.on_quiet("comment"); }

}  // namespace kitfox::conformance
