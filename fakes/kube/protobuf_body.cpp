#include "fakes/kube/protobuf_body.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <span>

namespace kitfox::kube {

namespace {

/// A field number with its wire type and content (protobuf encoding specification, "Message Structure").
struct wire_field {
  std::uint64_t number = 0;
  std::uint64_t varint = 0;
  std::string_view bytes;
  enum class kinds { varint, bytes, other } kind = kinds::other;
};

class wire_reader {
 public:
  explicit wire_reader(std::string_view bytes) : rest_{bytes} {}
  [[nodiscard]] bool at_end() const noexcept { return rest_.empty(); }

  /// Empty when the bytes are cut short or not protobuf.
  std::optional<wire_field> next() {
    const auto tag = varint();
    if (!tag) return std::nullopt;
    wire_field field;
    field.number = *tag >> 3U;
    switch (*tag & 7U) {
      case 0: {
        const auto value = varint();
        if (!value) return std::nullopt;
        field.kind = wire_field::kinds::varint;
        field.varint = *value;
        return field;
      }
      case 1:
        return skip(8) ? std::optional{field} : std::nullopt;
      case 2: {
        const auto size = varint();
        if (!size || *size > rest_.size()) return std::nullopt;
        field.kind = wire_field::kinds::bytes;
        field.bytes = rest_.substr(0, *size);
        rest_.remove_prefix(*size);
        return field;
      }
      case 5:
        return skip(4) ? std::optional{field} : std::nullopt;
      default:
        return std::nullopt;
    }
  }

 private:
  std::optional<std::uint64_t> varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && !rest_.empty(); shift += 7) {
      const auto byte = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      value |= static_cast<std::uint64_t>(byte & 0x7fU) << shift;
      if ((byte & 0x80U) == 0) return value;
    }
    return std::nullopt;
  }
  bool skip(std::size_t size) {
    if (rest_.size() < size) return false;
    rest_.remove_prefix(size);
    return true;
  }

  std::string_view rest_;
};

struct message_shape;

/// One row of a message's table: how a field appears in JSON. Strings that are empty are left out, as Go
/// does.
struct field_shape {
  std::uint64_t number;
  const char* name;
  enum class kinds { text, texts, number, message } kind;
  const message_shape* inner = nullptr;
};

struct message_shape {
  std::span<const field_shape> fields;
};

using kinds = field_shape::kinds;

// From generated.proto of each API group.
constexpr std::array object_meta_fields{field_shape{1, "name", kinds::text},
                                        field_shape{3, "namespace", kinds::text}};
constexpr message_shape object_meta{object_meta_fields};
constexpr std::array resource_fields{
    field_shape{1, "namespace", kinds::text}, field_shape{2, "verb", kinds::text},
    field_shape{3, "group", kinds::text},     field_shape{4, "version", kinds::text},
    field_shape{5, "resource", kinds::text},  field_shape{6, "subresource", kinds::text},
    field_shape{7, "name", kinds::text}};
constexpr message_shape resource_attributes{resource_fields};
constexpr std::array url_fields{field_shape{1, "path", kinds::text}, field_shape{2, "verb", kinds::text}};
constexpr message_shape url_attributes{url_fields};
constexpr std::array access_fields{field_shape{1, "resourceAttributes", kinds::message, &resource_attributes},
                                   field_shape{2, "nonResourceAttributes", kinds::message, &url_attributes},
                                   field_shape{3, "user", kinds::text},
                                   field_shape{4, "groups", kinds::texts},
                                   field_shape{6, "uid", kinds::text}};
constexpr message_shape access_spec{access_fields};
constexpr std::array rules_fields{field_shape{1, "namespace", kinds::text}};
constexpr message_shape rules_spec{rules_fields};
constexpr std::array token_review_fields{field_shape{1, "token", kinds::text},
                                         field_shape{2, "audiences", kinds::texts}};
constexpr message_shape token_review_spec{token_review_fields};
constexpr std::array token_request_fields{field_shape{1, "audiences", kinds::texts},
                                          field_shape{4, "expirationSeconds", kinds::number}};
constexpr message_shape token_request_spec{token_request_fields};

const message_shape* spec_of(std::string_view kind) {
  if (kind == "SelfSubjectAccessReview" || kind == "SubjectAccessReview" ||
      kind == "LocalSubjectAccessReview") {
    return &access_spec;
  }
  if (kind == "SelfSubjectRulesReview") return &rules_spec;
  if (kind == "TokenReview") return &token_review_spec;
  if (kind == "TokenRequest") return &token_request_spec;
  return nullptr;
}

const field_shape* find_field(const message_shape& shape, std::uint64_t number) {
  for (const field_shape& field : shape.fields) {
    if (field.number == number) return &field;
  }
  return nullptr;
}

// The tables above are three deep, so recursion is bounded whatever the bytes say.
std::optional<json> decode(const message_shape& shape, std::string_view bytes) {
  json out = json::object();
  for (wire_reader reader{bytes}; !reader.at_end();) {
    const auto field = reader.next();
    if (!field) return std::nullopt;
    const field_shape* known = find_field(shape, field->number);
    if (known == nullptr) continue;
    const bool is_number = known->kind == kinds::number;
    if (field->kind != (is_number ? wire_field::kinds::varint : wire_field::kinds::bytes))
      return std::nullopt;
    switch (known->kind) {
      case kinds::text:
        if (!field->bytes.empty()) out[known->name] = std::string{field->bytes};
        break;
      case kinds::texts:
        out[known->name].push_back(std::string{field->bytes});
        break;
      case kinds::number:
        out[known->name] = static_cast<std::int64_t>(field->varint);
        break;
      case kinds::message: {
        auto inner = decode(*known->inner, field->bytes);
        if (!inner) return std::nullopt;
        out[known->name] = std::move(*inner);
        break;
      }
    }
  }
  return out;
}

constexpr std::array type_meta_fields{field_shape{1, "apiVersion", kinds::text},
                                      field_shape{2, "kind", kinds::text}};
constexpr message_shape type_meta{type_meta_fields};

}  // namespace

outcome<json> decode_protobuf_body(std::string_view bytes) {
  constexpr std::string_view magic{"k8s\0", 4};
  const auto refuse = [](std::string why) { return bad_request("the protobuf body " + std::move(why)); };
  if (!bytes.starts_with(magic)) return refuse("does not start with the k8s prefix");
  json object;
  std::string_view raw;
  for (wire_reader reader{bytes.substr(magic.size())}; !reader.at_end();) {
    const auto field = reader.next();
    if (!field) return refuse("is cut short");
    if (field->number == 1) object = decode(type_meta, field->bytes).value_or(json::object());
    if (field->number == 2) raw = field->bytes;
  }
  const std::string_view kind = text_at(object, {"kind"});
  const message_shape* spec = spec_of(kind);
  if (spec == nullptr) return refuse("is of a kind that can only be sent as JSON here: " + std::string{kind});
  const std::array fields{field_shape{1, "metadata", kinds::message, &object_meta},
                          field_shape{2, "spec", kinds::message, spec}};
  const auto content = decode(message_shape{fields}, raw);
  if (!content) return refuse("is cut short");
  object.update(*content);
  return outcome<json>{boost::system::in_place_value, std::move(object)};
}

}  // namespace kitfox::kube
