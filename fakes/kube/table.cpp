#include "fakes/kube/table.hpp"

#include <array>

#include "fakes/kube/go_text.hpp"
#include "fakes/kube/table_cells.hpp"

namespace kitfox::kube {

namespace {

json created_cell(const json& object, runtime::wall_time) {
  return std::string{text_at(object, {"metadata", "creationTimestamp"})};
}

constexpr std::array default_columns{
    table_column{"Name", "string", "name", "Name of the object.", 0, name_cell},
    table_column{"Created At", "date", "", "When the object was created.", 0, created_cell},
};

std::span<const table_column> columns_of(const resource_type& type) {
  if (const auto columns = workload_columns(type); !columns.empty()) return columns;
  if (const auto columns = cluster_columns(type); !columns.empty()) return columns;
  return default_columns;
}

json row_cells(const resource_type& type, const json& object, const table_format& format) {
  json cells = json::array();
  for (const table_column& column : columns_of(type)) cells.push_back(column.cell(object, format.now));
  return cells;
}

std::string print_row_object(const kept_object& object, const table_format& format) {
  switch (format.objects) {
    case table_objects::metadata:
      return print_partial_metadata(object, format.meta_version);
    case table_objects::whole:
      return object.text();
    case table_objects::none:
      break;
  }
  return "null";
}

}  // namespace

json name_cell(const json& object, runtime::wall_time) {
  return std::string{text_at(object, {"metadata", "name"})};
}

json age_cell(const json& object, runtime::wall_time now) {
  return age_since(text_at(object, {"metadata", "creationTimestamp"}), now);
}

std::string age_since(std::string_view time, runtime::wall_time now) {
  const auto then = parse_time(time);
  return then ? human_duration(now - *then) : "<unknown>";
}

std::string joined_or_none(const std::vector<std::string>& texts) {
  std::string out;
  for (const std::string& text : texts) out.append(out.empty() ? "" : ",").append(text);
  return out.empty() ? "<none>" : out;
}

std::string labels_or_none(const json& labels) {
  std::vector<std::string> texts;
  if (labels.is_object()) {
    for (const auto& [key, value] : labels.items()) {
      if (value.is_string()) texts.push_back(key + "=" + value.get<std::string>());
    }
  }
  return joined_or_none(texts);
}

outcome<table_objects> parse_include_object(std::string_view text) {
  if (text.empty() || text == "Metadata") return table_objects::metadata;
  if (text == "Object") return table_objects::whole;
  if (text == "None") return table_objects::none;
  return bad_request("Unable to convert to Table as requested: includeObject: Invalid value: " +
                     go_quote(text) + ": must be 'Metadata', 'Object', 'None', or empty");
}

json partial_metadata(const json& object, std::string_view meta_version) {
  return {{"kind", "PartialObjectMetadata"},
          {"apiVersion", "meta.k8s.io/" + std::string{meta_version}},
          {"metadata", value_at(object, {"metadata"})}};
}

std::string print_partial_metadata(const kept_object& object, std::string_view meta_version) {
  std::string out = "{\"kind\":\"PartialObjectMetadata\",\"apiVersion\":\"meta.k8s.io/";
  return out.append(meta_version)
      .append("\",\"metadata\":")
      .append(object.at({"metadata"}).text())
      .append("}");
}

json table_columns(const resource_type& type) {
  json columns = json::array();
  for (const table_column& column : columns_of(type)) {
    columns.push_back({{"name", column.name},
                       {"type", column.type},
                       {"format", column.format},
                       {"description", column.description},
                       {"priority", column.priority}});
  }
  return columns;
}

json table_row(const resource_type& type, const json& object, const table_format& format) {
  json row{{"cells", row_cells(type, object, format)}, {"object", nullptr}};
  switch (format.objects) {
    case table_objects::metadata:
      row["object"] = partial_metadata(object, format.meta_version);
      break;
    case table_objects::whole:
      row["object"] = object;
      break;
    case table_objects::none:
      break;
  }
  return row;
}

std::string print_table(const resource_type& type, const json& metadata, std::span<const kept_ptr> objects,
                        const table_format& format) {
  std::string out = "{\"kind\":\"Table\",\"apiVersion\":\"meta.k8s.io/";
  out.append(format.meta_version).append("\",\"metadata\":").append(print_json(metadata));
  out.append(",\"columnDefinitions\":").append(print_json(table_columns(type))).append(",\"rows\":[");
  std::string_view separator;
  for (const kept_ptr& object : objects) {
    out.append(separator)
        .append("{\"cells\":")
        .append(print_json(row_cells(type, object->open_unmanaged(), format)));
    out.append(",\"object\":").append(print_row_object(*object, format)).append("}");
    separator = ",";
  }
  return out.append("]}");
}

}  // namespace kitfox::kube
