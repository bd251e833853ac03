#include "fakes/kube/kept_object.hpp"

namespace kitfox::kube {

kept_object::kept_object(const resource_type& type, json& body, std::uint64_t revision)
    : type_{&type}, revision_{revision} {
  body.erase("kind");
  body.erase("apiVersion");
  fields_ = print_json(body);
  fields_.shrink_to_fit();
  body["kind"] = type.kind;
  body["apiVersion"] = type.api_version();
}

std::string kept_object::text() const {
  std::string out = "{\"kind\":\"";
  out.append(type_->kind).append("\",\"apiVersion\":\"").append(type_->api_version()).append("\",");
  return out.append(fields_, 1);
}

json kept_object::open_unmanaged() const {
  const std::string_view managed = at({"metadata", "managedFields"}).text();
  if (managed.empty()) return open()->body;
  const auto begin = static_cast<std::size_t>(managed.data() - fields_.data());
  std::string rest = fields_.substr(0, begin);
  rest.append("null").append(fields_, begin + managed.size());
  json body = json_slice{rest}.value();
  body["kind"] = type_->kind;
  body["apiVersion"] = type_->api_version();
  return body;
}

object_ptr kept_object::open() const {
  auto object = std::make_shared<stored_object>();
  object->body = json_slice{fields_}.value();
  object->body["kind"] = type_->kind;
  object->body["apiVersion"] = type_->api_version();
  object->revision = revision_;
  return object;
}

}  // namespace kitfox::kube
