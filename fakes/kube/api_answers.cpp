#include "fakes/kube/api_state.hpp"
#include "fakes/kube/protobuf_body.hpp"
#include "fakes/kube/protobuf_status.hpp"
#include "fakes/kube/yaml_objects.hpp"

namespace kitfox::kube {

namespace {

api_answer whole_answer(int status, std::string content_type, std::string body) {
  api_answer answer;
  answer.head.status = status;
  answer.head.headers.add("Cache-Control", "no-cache, private");
  answer.head.headers.add("Content-Type", std::move(content_type));
  answer.head.body = std::move(body);
  return answer;
}

outcome<json> parsed(std::string_view text) {
  auto value = parse_json(text);
  if (!value) return bad_request("the body of the request is not JSON: " + value.error().message());
  return outcome<json>{boost::system::in_place_value, std::move(*value)};
}

outcome<json> from_yaml(std::string_view text, const yaml_limits& limits) {
  diagnostics where;
  auto documents = yaml_to_json(text, where, limits);
  if (!documents) return bad_request("the body of the request is not YAML: " + where.text());
  if (documents->empty()) return outcome<json>{boost::system::in_place_value, json::object()};
  return outcome<json>{boost::system::in_place_value, std::move(documents->front().first)};
}

}  // namespace

api_answer json_answer(int status, const json& body) { return printed_answer(status, print_json(body)); }

api_answer printed_answer(int status, std::string body) {
  return whole_answer(status, "application/json", std::move(body.append("\n")));
}

api_answer text_answer(int status, std::string body) {
  api_answer answer = whole_answer(status, "text/plain; charset=utf-8", std::move(body));
  answer.head.headers.add("X-Content-Type-Options", "nosniff");
  return answer;
}

api_answer status_answer(const status_error& failure, std::optional<std::string_view> accept) {
  api_answer answer =
      prefers_protobuf(accept)
          ? whole_answer(failure.code, "application/vnd.kubernetes.protobuf", print_protobuf_status(failure))
          : json_answer(failure.code, failure.body());
  if (failure.retry_after)
    answer.head.headers.add("Retry-After", std::to_string(failure.retry_after->count()));
  return answer;
}

api_answer refusal_answer(const status_error& refusal, std::optional<std::string_view> accept) {
  api_answer answer = status_answer(refusal, accept);
  answer.head.headers.add("X-Content-Type-Options", "nosniff");
  return answer;
}

outcome<api_answer> object_answer(const api_call& call, int status, const json& stored) {
  const auto media = choose_media(call.request.headers.get("Accept"));
  if (!media) return media.error();
  json shown = present(*call.type, stored);
  switch (media->shape) {
    case media_choice::shapes::object:
      break;
    case media_choice::shapes::partial_metadata:
      shown = partial_metadata(shown, media->meta_version);
      break;
    case media_choice::shapes::partial_metadata_list:
      return media_shape_refused();
    case media_choice::shapes::table: {
      const auto objects = parse_include_object(call.info.target.get("includeObject").value_or(""));
      if (!objects) return objects.error();
      const table_format format{media->meta_version, *objects, call.now.wall};
      shown = {{"kind", "Table"},
               {"apiVersion", "meta.k8s.io/" + media->meta_version},
               {"metadata", {{"resourceVersion", value_at(shown, {"metadata", "resourceVersion"})}}},
               {"columnDefinitions", table_columns(*call.type)},
               {"rows", json::array({table_row(*call.type, shown, format)})}};
      break;
    }
  }
  // JSON is YAML, so one printer serves both.
  const bool as_yaml = media->encoding == media_choice::encodings::as_yaml;
  return whole_answer(status, as_yaml ? "application/yaml" : "application/json", print_json(shown) + "\n");
}

outcome<json> read_body(const api_call& call) {
  const std::string& body = call.request.body;
  if (body.size() > call.state.options.limits.body_bytes_max) return body_too_large();
  const std::string type =
      base_media_type(call.request.headers.get("Content-Type").value_or("application/json"));
  if (type == "application/vnd.kubernetes.protobuf") return decode_protobuf_body(body);
  if (type == "application/yaml") return from_yaml(body, call.state.options.limits.yaml);
  if (type != "application/json" && type != "application/merge-patch+json") return body_type_refused();
  if (body.empty()) return outcome<json>{boost::system::in_place_value, json::object()};
  return parsed(body);
}

}  // namespace kitfox::kube
