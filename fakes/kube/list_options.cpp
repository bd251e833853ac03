#include "fakes/kube/list_options.hpp"

#include "fakes/kube/go_text.hpp"

namespace kitfox::kube {

namespace {

using runtime::http::target_parts;

std::string text_of(const target_parts& target, std::string_view name) {
  return std::string{target.get(name).value_or("")};
}

status_cause match_forbidden(std::string message) {
  return {"FieldValueForbidden", "Forbidden: " + std::move(message), "resourceVersionMatch"};
}

// ValidateListOptions of 1.20, then what newer servers say about sendInitialEvents.
std::vector<status_cause> contradictions(const list_options& options, std::string_view match,
                                         list_or_watch purpose, watch_list_support support) {
  std::vector<status_cause> causes;
  const bool watch = purpose == list_or_watch::watch;
  const bool initial_asked = options.initial != list_options::initial_events::unset;
  const bool watch_list = watch && initial_asked && support == watch_list_support::served;
  if (watch_list) {
    if (options.match != list_options::version_match::not_older_than) {
      causes.push_back(
          match_forbidden("sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"));
    }
    return causes;
  }
  if (!watch && initial_asked && support == watch_list_support::served) {
    causes.push_back(
        {"FieldValueForbidden", "Forbidden: sendInitialEvents is forbidden for list", "sendInitialEvents"});
  }
  if (match.empty()) return causes;
  if (watch) causes.push_back(match_forbidden("resourceVersionMatch is forbidden for watch"));
  if (options.resource_version.empty()) {
    causes.push_back(match_forbidden("resourceVersionMatch is forbidden unless resourceVersion is provided"));
  }
  if (!options.continue_token.empty()) {
    causes.push_back(match_forbidden("resourceVersionMatch is forbidden when continue is provided"));
  }
  if (options.match == list_options::version_match::unset) {
    causes.push_back(
        {"FieldValueNotSupported",
         "Unsupported value: " + go_quote(match) + ": supported values: \"Exact\", \"NotOlderThan\", \"\"",
         "resourceVersionMatch"});
  }
  if (options.match == list_options::version_match::exact && options.resource_version == "0") {
    causes.push_back(
        match_forbidden("resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\""));
  }
  return causes;
}

outcome<void> parse_selectors(const target_parts& target, list_options& options) {
  auto labels = parse_label_selector(target.get("labelSelector").value_or(""));
  if (!labels) return labels.error();
  options.labels = std::move(*labels);
  auto fields = parse_field_selector(target.get("fieldSelector").value_or(""));
  if (!fields) return fields.error();
  options.fields = std::move(*fields);
  return {};
}

}  // namespace

bool list_options::select(const kept_object& object) const {
  return (labels.empty() || labels.matches(object.at({"metadata", "labels"}).value())) &&
         fields.matches(json_slice{object.item_text()});
}

outcome<std::optional<std::int64_t>> number_parameter(const runtime::http::target_parts& target,
                                                      std::string_view name) {
  const auto text = target.get(name);
  if (!text || text->empty()) return std::optional<std::int64_t>{};
  const auto number = go_parse_int(*text);
  if (!number) return bad_request("strconv.ParseInt: parsing " + go_quote(*text) + ": invalid syntax");
  return number;
}

outcome<list_options> parse_list_options(const resource_type& type, const target_parts& target,
                                         list_or_watch purpose, watch_list_support support) {
  list_options options;
  const auto limit = number_parameter(target, "limit");
  if (!limit) return limit.error();
  const auto timeout = number_parameter(target, "timeoutSeconds");
  if (!timeout) return timeout.error();
  options.limit = limit->value_or(0);
  if (*timeout) options.timeout = std::chrono::seconds{**timeout};
  options.continue_token = text_of(target, "continue");
  options.resource_version = text_of(target, "resourceVersion");
  const std::string match = text_of(target, "resourceVersionMatch");
  if (match == "Exact") options.match = list_options::version_match::exact;
  if (match == "NotOlderThan") options.match = list_options::version_match::not_older_than;
  if (go_query_flag(target.get("allowWatchBookmarks"))) options.bookmark = list_options::bookmarks::wanted;
  if (const auto initial = target.get("sendInitialEvents")) {
    options.initial = go_query_flag(initial) ? list_options::initial_events::wanted
                                             : list_options::initial_events::unwanted;
  }
  if (const outcome<void> parsed = parse_selectors(target, options); !parsed) return parsed.error();
  if (auto causes = contradictions(options, match, purpose, support); !causes.empty()) {
    return invalid("meta.k8s.io", "ListOptions", "", std::move(causes));
  }
  if (const outcome<void> checked = check_fields(type, options.fields); !checked) return checked.error();
  return options;
}

outcome<std::optional<std::uint64_t>> parse_version(std::string_view text) {
  if (text.empty()) return std::optional<std::uint64_t>{};
  const auto number = go_parse_uint(text);
  if (!number) return malformed_version(text);
  return number;
}

}  // namespace kitfox::kube
