#include "fakes/kube/watch_stream.hpp"

#include <algorithm>

namespace kitfox::kube {

namespace {

class watch_stream final : public answer_stream {
 public:
  watch_stream(const object_store& store, watch_request request, instant now)
      : store_{store}, request_{std::move(request)}, stored_type_{stored_as(*request_.type)} {
    next_bookmark_ = now.mono + request_.limits.bookmark_interval;
    const bool wants_state = !request_.revision || *request_.revision == 0;
    const auto initial = request_.options.initial;
    place_ = wants_state ? store_.revision() : *request_.revision;
    if (initial == list_options::initial_events::wanted ||
        (wants_state && initial == list_options::initial_events::unset)) {
      place_ = store_.revision();
      for (const auto& [key, object] : store_.list(stored_type_, request_.ns)) {
        if (matches(*object)) initial_.push_back(object);
      }
      std::reverse(initial_.begin(), initial_.end());
    }
    end_of_initial_due_ = initial == list_options::initial_events::wanted;
  }

  stream_step next(instant now) override {
    stream_step step;
    if (finished_) return step;
    step.kind = stream_step::kinds::send;
    take_initial(step.bytes, now);
    if (initial_.empty()) take_changes(step.bytes, now);
    if (initial_.empty() && end_of_initial_due_) {
      end_of_initial_due_ = false;
      step.bytes += print_event("BOOKMARK", bookmark(initial_events_mark::end));
    }
    take_bookmark(step.bytes, now);
    if (!step.bytes.empty()) return step;
    if (now.mono >= request_.ends) {
      step.kind = stream_step::kinds::end;
      return step;
    }
    step.kind = stream_step::kinds::wait;
    step.until = std::min(request_.ends, next_bookmark_time());
    return step;
  }

 private:
  enum class initial_events_mark { none, end };

  [[nodiscard]] bool in_scope(const kept_object& object) const {
    return request_.ns.empty() || object.at({"metadata", "namespace"}).string() == request_.ns;
  }
  [[nodiscard]] bool matches(const kept_object& object) const {
    return in_scope(object) && request_.options.select(object);
  }

  void take_initial(std::string& bytes, instant now) {
    while (!initial_.empty() && bytes.size() < request_.limits.step_bytes_max) {
      bytes += event("ADDED", *initial_.back(), now);
      initial_.pop_back();
    }
  }

  void take_changes(std::string& bytes, instant now) {
    if (place_ < store_.oldest_revision()) {
      status_error gone = expired("too old resource version: " + std::to_string(place_) + " (" +
                                  std::to_string(store_.oldest_revision()) + ")");
      bytes += print_event("ERROR", gone.body());
      finished_ = true;
      return;
    }
    while (bytes.size() < request_.limits.step_bytes_max) {
      const store_change* change = store_.next_change(stored_type_, place_);
      if (change == nullptr) {
        // Nothing of this kind is left up to here, so an old place cannot fall out of the history.
        place_ = std::max(place_, store_.revision());
        return;
      }
      place_ = change->revision;
      append_change(bytes, *change, now);
    }
  }

  // What the change is to somebody who sees only what the selector lets through.
  void append_change(std::string& bytes, const store_change& change, instant now) {
    const bool was = change.before && matches(*change.before);
    const bool is = change.kind != change_kind::deleted && matches(*change.object);
    if (is) {
      bytes += event(was ? "MODIFIED" : "ADDED", *change.object, now);
    } else if (was) {
      bytes += event("DELETED", last_seen(change), now);
    }
  }

  // An object that the selector lets through no longer is shown as it was, at the revision of its change.
  [[nodiscard]] kept_object last_seen(const store_change& change) const {
    if (change.kind == change_kind::deleted) return *change.object;
    json body = change.before->open()->body;
    body["metadata"]["resourceVersion"] = std::to_string(change.revision);
    return {stored_type_, body, change.revision};
  }

  std::string event(std::string_view type, const kept_object& stored, instant now) {
    const bool as_kept = &stored_type_ == request_.type;
    if (as_kept && request_.media.shape == media_choice::shapes::object) {
      return wrap_event(type, stored.text());
    }
    const json shown = present(*request_.type, stored.open()->body);
    switch (request_.media.shape) {
      case media_choice::shapes::object:
        return print_event(type, shown);
      case media_choice::shapes::partial_metadata:
      case media_choice::shapes::partial_metadata_list:
        return print_event(type, partial_metadata(shown, request_.media.meta_version));
      case media_choice::shapes::table:
        break;
    }
    const table_format format{request_.media.meta_version, request_.objects, now.wall};
    json table{{"kind", "Table"},
               {"apiVersion", "meta.k8s.io/" + request_.media.meta_version},
               {"metadata", {{"resourceVersion", shown["metadata"]["resourceVersion"]}}},
               {"columnDefinitions", columns_sent_ ? json{} : table_columns(*request_.type)},
               {"rows", json::array({table_row(*request_.type, shown, format)})}};
    columns_sent_ = true;
    return print_event(type, table);
  }

  [[nodiscard]] bool wants_bookmarks() const {
    return request_.options.bookmark == list_options::bookmarks::wanted;
  }
  [[nodiscard]] runtime::mono_time next_bookmark_time() const {
    return wants_bookmarks() ? next_bookmark_ : runtime::mono_time::max();
  }

  void take_bookmark(std::string& bytes, instant now) {
    if (!wants_bookmarks() || finished_ || now.mono < next_bookmark_) return;
    bytes += print_event("BOOKMARK", bookmark(initial_events_mark::none));
    next_bookmark_ = now.mono + request_.limits.bookmark_interval;
    const runtime::mono_time last = request_.ends - request_.limits.bookmark_before_end;
    if (now.mono < last) next_bookmark_ = std::min(next_bookmark_, last);
  }

  // An empty object of the kind, as Go prints it, at the revision up to which everything was sent.
  [[nodiscard]] json bookmark(initial_events_mark mark) const {
    json metadata{{"resourceVersion", std::to_string(std::max(place_, store_.revision()))},
                  {"creationTimestamp", nullptr}};
    if (mark == initial_events_mark::end) metadata["annotations"] = {{"k8s.io/initial-events-end", "true"}};
    json object{{"kind", request_.type->kind},
                {"apiVersion", request_.type->api_version()},
                {"metadata", std::move(metadata)}};
    if (request_.type->kind == "Pod") {
      object["spec"] = {{"containers", nullptr}};
      object["status"] = json::object();
    }
    return object;
  }

  const object_store& store_;
  watch_request request_;
  const resource_type& stored_type_;
  std::vector<kept_ptr> initial_;  ///< Last one first.
  std::uint64_t place_ = 0;        ///< Everything up to here was sent.
  runtime::mono_time next_bookmark_;
  bool end_of_initial_due_ = false;
  bool columns_sent_ = false;
  bool finished_ = false;
};

}  // namespace

std::string print_event(std::string_view type, const json& object) {
  return wrap_event(type, print_json(object));
}

std::string wrap_event(std::string_view type, std::string_view object_json) {
  std::string out = "{\"type\":\"";
  return out.append(type).append("\",\"object\":").append(object_json).append("}\n");
}

json present(const resource_type& type, const json& stored) {
  if (&stored_as(type) == &type) return stored;
  // events.k8s.io/v1 (kubernetes v1.20 pkg/apis/events/v1/conversion.go).
  static constexpr std::pair<const char*, const char*> renamed[] = {
      {"involvedObject", "regarding"},
      {"message", "note"},
      {"reportingComponent", "reportingController"},
      {"source", "deprecatedSource"},
      {"firstTimestamp", "deprecatedFirstTimestamp"},
      {"lastTimestamp", "deprecatedLastTimestamp"},
      {"count", "deprecatedCount"},
  };
  json shown = stored;
  shown["apiVersion"] = type.api_version();
  for (const auto& [core, other] : renamed) {
    const auto found = shown.find(core);
    if (found == shown.end()) continue;
    json value = std::move(*found);
    shown.erase(found);
    shown[other] = std::move(value);
  }
  return shown;
}

std::unique_ptr<answer_stream> make_watch_stream(const object_store& store, watch_request request,
                                                 instant now) {
  return std::make_unique<watch_stream>(store, std::move(request), now);
}

}  // namespace kitfox::kube
