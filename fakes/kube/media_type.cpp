#include "fakes/kube/media_type.hpp"

#include <algorithm>
#include <charconv>

#include "fakes/kube/resource_catalog.hpp"
#include "runtime/ascii.hpp"

namespace kitfox::kube {

namespace {

constexpr std::string_view type_json = "application/json";
constexpr std::string_view type_yaml = "application/yaml";
constexpr std::string_view type_protobuf = "application/vnd.kubernetes.protobuf";

using runtime::lower_case;
using runtime::trimmed;

media_clause parse_clause(std::string_view text) {
  media_clause clause;
  const auto pieces = split_words(text, ';');
  clause.type = pieces.empty() ? std::string{} : lower_case(trimmed(pieces.front()));
  for (std::size_t i = 1; i < pieces.size(); ++i) {
    const std::string_view piece = trimmed(pieces[i]);
    const std::size_t equals = std::min(piece.find('='), piece.size());
    std::string name = lower_case(trimmed(piece.substr(0, equals)));
    const std::string_view value = trimmed(piece.substr(std::min(equals + 1, piece.size())));
    if (name == "q") {
      double quality = 1;
      const auto read = std::from_chars(value.data(), value.data() + value.size(), quality);
      clause.quality = read.ec == std::errc{} ? std::clamp(quality, 0.0, 1.0) : 1;
    } else {
      clause.parameters.emplace_back(std::move(name), std::string{value});
    }
  }
  return clause;
}

bool admits(const media_clause& clause, std::string_view type) {
  return clause.quality > 0 &&
         (clause.type == type || clause.type == "*/*" || clause.type == "application/*");
}

// The shape a clause asks for by its "as" parameter; empty where the fake has no such shape.
std::optional<media_choice> shape_of(const media_clause& clause) {
  media_choice choice;
  const std::string_view as = clause.parameter("as");
  if (as.empty()) return choice;
  const std::string_view version = clause.parameter("v");
  if (clause.parameter("g") != "meta.k8s.io" || (version != "v1" && version != "v1beta1"))
    return std::nullopt;
  choice.meta_version = version;
  if (as == "Table") {
    choice.shape = media_choice::shapes::table;
  } else if (as == "PartialObjectMetadata") {
    choice.shape = media_choice::shapes::partial_metadata;
  } else if (as == "PartialObjectMetadataList") {
    choice.shape = media_choice::shapes::partial_metadata_list;
  } else {
    return std::nullopt;
  }
  return choice;
}

}  // namespace

std::string_view media_clause::parameter(std::string_view name) const {
  const auto found = std::find_if(parameters.begin(), parameters.end(),
                                  [&](const auto& parameter) { return parameter.first == name; });
  return found == parameters.end() ? std::string_view{} : std::string_view{found->second};
}

std::vector<media_clause> parse_accept(std::optional<std::string_view> header) {
  std::vector<media_clause> clauses;
  for (const std::string_view text : split_words(header.value_or(""), ',')) {
    if (!trimmed(text).empty()) clauses.push_back(parse_clause(text));
  }
  if (clauses.empty()) clauses.push_back(parse_clause("*/*"));
  std::stable_sort(clauses.begin(), clauses.end(), [](const media_clause& left, const media_clause& right) {
    return left.quality > right.quality;
  });
  return clauses;
}

outcome<media_choice> choose_media(std::optional<std::string_view> accept) {
  bool type_known = false;
  for (const media_clause& clause : parse_accept(accept)) {
    type_known = type_known || admits(clause, type_protobuf);
    for (const std::string_view type : {type_json, type_yaml}) {
      if (!admits(clause, type)) continue;
      type_known = true;
      auto choice = shape_of(clause);
      if (!choice) break;
      if (type == type_yaml) choice->encoding = media_choice::encodings::as_yaml;
      return *choice;
    }
  }
  return type_known ? media_shape_refused() : media_type_refused();
}

bool prefers_protobuf(std::optional<std::string_view> accept) {
  for (const media_clause& clause : parse_accept(accept)) {
    if (admits(clause, type_json) || admits(clause, type_yaml)) return false;
    if (admits(clause, type_protobuf)) return true;
  }
  return false;
}

outcome<void> check_log_media(std::optional<std::string_view> accept) {
  // The log route produces the API's own types; the text is sent as text/plain whatever was accepted.
  for (const media_clause& clause : parse_accept(accept)) {
    if (admits(clause, type_json) || admits(clause, type_yaml) || admits(clause, type_protobuf)) return {};
  }
  return media_type_refused();
}

std::string base_media_type(std::string_view header) {
  return lower_case(trimmed(header.substr(0, header.find(';'))));
}

}  // namespace kitfox::kube
