#include "fakes/kube/aggregated_discovery.hpp"
#include "fakes/kube/api_state.hpp"
#include "fakes/kube/label_selector.hpp"
#include "fakes/kube/list_pages.hpp"
#include "fakes/kube/openapi.hpp"
#include "fakes/kube/pod_log_request.hpp"

namespace kitfox::kube {

namespace {

constexpr std::string_view health_checks[] = {"ping", "log", "etcd", "poststarthook/rbac/bootstrap-roles",
                                              "informer-sync"};

bool is_health_path(std::string_view path) {
  return path == "/healthz" || path == "/livez" || path == "/readyz";
}

api_answer answer_health(const api_call& call) {
  const std::string_view name = std::string_view{call.info.attributes.path}.substr(1);
  if (!call.info.target.get("verbose")) return text_answer(200, "ok");
  std::string lines;
  for (const std::string_view check : health_checks) lines.append("[+]").append(check).append(" ok\n");
  return text_answer(200, lines + std::string{name} + " check passed\n");
}

// Clients ask for a media type that they then cannot read in an answer's Content-Type.
outcome<api_answer> answer_openapi_v2(const api_call& call) {
  constexpr std::string_view wanted = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf";
  const std::string_view accept = call.request.headers.get("Accept").value_or("");
  if (accept.find(wanted) == std::string_view::npos) return media_type_refused();
  constexpr std::string_view tag = "\"1\"";
  api_answer answer = text_answer(200, openapi_v2_protobuf());
  answer.head.headers.set("Content-Type", "application/octet-stream");
  answer.head.headers.set("Etag", std::string{tag});
  if (call.request.headers.get("If-None-Match") == tag) {
    answer.head.status = 304;
    answer.head.body.clear();
  }
  return answer;
}

std::optional<api_answer> answer_aggregated(const api_call& call) {
  const server_identity& identity = call.state.options.identity;
  if (identity.discovery == server_identity::discovery_forms::by_group) return std::nullopt;
  const auto version = wanted_discovery(call.request.headers.get("Accept"));
  if (!version) return std::nullopt;
  const auto document = aggregated_discovery(identity, call.info.attributes.path, *version);
  if (!document) return std::nullopt;
  api_answer answer = json_answer(200, *document);
  answer.head.headers.set("Content-Type", discovery_media_type(*version));
  answer.head.headers.set("Vary", "Accept");
  return answer;
}

json list_metadata(const list_page& page) {
  json metadata{{"resourceVersion", std::to_string(page.revision)}};
  if (!page.continue_token.empty()) metadata["continue"] = page.continue_token;
  if (page.remaining_count) metadata["remainingItemCount"] = *page.remaining_count;
  return metadata;
}

std::string print_list_head(std::string_view kind, std::string_view version, const json& metadata) {
  std::string out = "{\"kind\":\"";
  out.append(kind).append("\",\"apiVersion\":\"").append(version).append("\",\"metadata\":");
  return out.append(print_json(metadata)).append(",\"items\":[");
}

// Items of typed lists carry neither kind nor apiVersion.
std::string print_item(const resource_type& type, const kept_object& object) {
  json item = present(type, object.open()->body);
  item.erase("kind");
  item.erase("apiVersion");
  return print_json(item);
}

std::string print_whole_list(const api_call& call, const list_page& page) {
  std::string out = print_list_head(call.type->list_kind(), call.type->api_version(), list_metadata(page));
  const bool as_kept = &stored_as(*call.type) == call.type;
  std::size_t bytes = out.size() + 3;  // the closing "]}", and the line's end
  for (const kept_ptr& object : page.items) bytes += object->item_text().size() + 1;
  out.reserve(bytes);
  std::string_view separator;
  for (const kept_ptr& object : page.items) {
    out.append(separator).append(as_kept ? object->item_text() : print_item(*call.type, *object));
    separator = ",";
  }
  return out.append("]}");
}

std::string print_partial_list(const list_page& page, const media_choice& media) {
  json metadata = list_metadata(page);
  metadata.erase("remainingItemCount");  // 1.20 forgets it when it converts
  std::string out =
      print_list_head("PartialObjectMetadataList", "meta.k8s.io/" + media.meta_version, metadata);
  std::string_view separator;
  for (const kept_ptr& object : page.items) {
    out.append(separator).append(print_partial_metadata(*object, media.meta_version));
    separator = ",";
  }
  return out.append("]}");
}

// A watch of one name by path is a watch with that name selected.
void select_path_name(const api_call& call, list_options& options) {
  if (call.info.part_count < 2) return;
  auto requirements = options.fields.requirements();
  requirements.push_back({"metadata.name", call.info.attributes.name, field_requirement::comparison::equal});
  options.fields = field_selector{std::move(requirements)};
}

runtime::duration watch_span(const api_call& call, const list_options& options) {
  constexpr std::chrono::seconds span_max = std::chrono::hours{24 * 365};
  if (!options.timeout || options.timeout->count() <= 0) return call.state.options.watch_timeout;
  return std::min(*options.timeout, span_max);
}

}  // namespace

outcome<api_answer> answer_path(const api_call& call) {
  const access_attributes& asked = call.info.attributes;
  if (is_health_path(asked.path)) return answer_health(call);
  if (asked.verb != "get") return method_not_allowed();
  if (asked.path == "/") return json_answer(200, path_index(call.state.options.identity));
  if (asked.path == "/openapi/v2") return answer_openapi_v2(call);
  if (auto document = openapi_v3_document(asked.path)) return json_answer(200, *document);
  if (auto answer = answer_aggregated(call)) return std::move(*answer);
  if (auto document = discovery_document(call.state.options.identity, asked.path)) {
    return json_answer(200, *document);
  }
  if (asked.path.starts_with("/api/") || asked.path.starts_with("/apis/")) {
    return text_answer(404, "404 page not found\n");
  }
  return json_answer(404, path_index(call.state.options.identity));
}

outcome<api_answer> answer_get(const api_call& call) {
  const access_attributes& asked = call.info.attributes;
  const auto media = choose_media(call.request.headers.get("Accept"));
  if (!media) return media.error();
  const auto revision = parse_version(call.info.target.get("resourceVersion").value_or(""));
  if (!revision) return revision.error();
  if (*revision && **revision > call.state.store.revision()) {
    return too_large_version(**revision, call.state.store.revision());
  }
  const kept_ptr kept =
      call.state.store.find_kept(stored_as(*call.type), call.object_namespace(), asked.name);
  if (!kept) return not_found(*call.type, asked.name);
  const bool as_kept = &stored_as(*call.type) == call.type && media->shape == media_choice::shapes::object &&
                       media->encoding == media_choice::encodings::as_json;
  return as_kept ? printed_answer(200, kept->text()) : object_answer(call, 200, kept->open()->body);
}

outcome<api_answer> answer_list(const api_call& call) {
  const auto media = choose_media(call.request.headers.get("Accept"));
  if (!media) return media.error();
  const auto options =
      parse_list_options(*call.type, call.info.target, list_or_watch::list, call.state.options.watch_list);
  if (!options) return options.error();
  const auto objects = parse_include_object(call.info.target.get("includeObject").value_or(""));
  const auto page = list_objects(call.state.store, stored_as(*call.type), call.object_namespace(), *options);
  if (!page) return page.error();
  switch (media->shape) {
    case media_choice::shapes::object:
      break;
    case media_choice::shapes::partial_metadata:
      return media_shape_refused();
    case media_choice::shapes::partial_metadata_list:
      return printed_answer(200, print_partial_list(*page, *media));
    case media_choice::shapes::table:
      if (!objects) return objects.error();
      return printed_answer(200, print_table(*call.type, list_metadata(*page), page->items,
                                             {media->meta_version, *objects, call.now.wall}));
  }
  return printed_answer(200, print_whole_list(call, *page));
}

outcome<api_answer> answer_watch(const api_call& call) {
  const auto media = choose_media(call.request.headers.get("Accept"));
  if (!media) return media.error();
  auto options =
      parse_list_options(*call.type, call.info.target, list_or_watch::watch, call.state.options.watch_list);
  if (!options) return options.error();
  if (call.state.options.watch_list == watch_list_support::rejected) {
    options->initial = list_options::initial_events::unset;  // an unknown parameter, ignored
  }
  const auto objects = parse_include_object(call.info.target.get("includeObject").value_or(""));
  if (!objects) return objects.error();
  const auto revision = parse_version(options->resource_version);
  if (!revision) return revision.error();
  select_path_name(call, *options);
  watch_request request;
  request.type = call.type;
  request.ns = call.object_namespace();
  request.revision = *revision;
  request.media = *media;
  request.objects = *objects;
  request.limits = call.state.options.limits.watch;
  request.ends = call.now.mono + watch_span(call, *options);
  request.options = std::move(*options);
  api_answer answer = json_answer(200, nullptr);
  answer.head.body.clear();
  answer.stream = make_watch_stream(call.state.store, std::move(request), call.now);
  return answer;
}

outcome<api_answer> answer_log(const api_call& call) {
  const access_attributes& asked = call.info.attributes;
  if (auto media = check_log_media(call.request.headers.get("Accept")); !media) return media.error();
  auto options = parse_log_options(asked.name, call.info.target);
  if (!options) return options.error();
  const object_ptr pod = call.state.store.find(*call.type, asked.ns, asked.name);
  if (!pod) return not_found(*call.type, asked.name);
  const auto container = choose_container(pod->body, options->container);
  if (!container) return container.error();
  api_answer answer = text_answer(200, {});
  answer.head.headers.set("Content-Type", "text/plain");
  answer.head.headers.erase("X-Content-Type-Options");
  if (text_at(pod->body, {"spec", "nodeName"}).empty()) {
    answer.head.status = 204;
    answer.head.headers.erase("Content-Type");
    return answer;
  }
  log_name name{asked.ns, asked.name, *container, options->instance};
  const container_log* log = call.state.logs.find(name);
  if (auto refusal = log_refusal(pod->body, *container, *options, log)) return std::move(*refusal);
  answer.stream = make_log_stream(call.state.logs, std::move(name), std::move(*options), call.now.wall);
  return answer;
}

}  // namespace kitfox::kube
