#include "fakes/kube/protobuf_body.hpp"

#include <cstdint>
#include <optional>

#include "fakes/kube/api_schema.hpp"
#include "fakes/kube/go_text.hpp"
#include "runtime/base64.hpp"

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

using types = schema_field::types;

// As deep as the tables of the schema at most, of which none comes back to itself, whatever the bytes say.
std::optional<json> decode(const schema_message& message, std::string_view bytes);

/// Small messages of apimachinery have a form of their own in JSON: their first text, bytes or number.
struct small_message {
  std::uint64_t number = 0;  ///< The field numbered 1 or 2, where it is a varint.
  std::uint64_t type = 0;
  std::string_view text;
  std::vector<std::string_view> texts;
};

std::optional<small_message> read_small(std::string_view bytes) {
  small_message out;
  for (wire_reader reader{bytes}; !reader.at_end();) {
    const auto field = reader.next();
    if (!field) return std::nullopt;
    if (field->kind == wire_field::kinds::varint)
      (field->number == 1 ? out.type : out.number) = field->varint;
    if (field->kind != wire_field::kinds::bytes) continue;
    out.text = field->bytes;
    out.texts.push_back(field->bytes);
  }
  return out;
}

/// Null where Go would print nothing; no value where the bytes are no such message.
std::optional<json> decode_small(types type, std::string_view bytes) {
  const auto small = read_small(bytes);
  if (!small) return std::nullopt;
  if (type == types::time) {
    if (bytes.empty()) return json{};
    // What does not fit the clock, no client means.
    constexpr std::uint64_t seconds_max = 9'000'000'000;
    if (small->type > seconds_max) return std::nullopt;
    return json(print_time(runtime::wall_time{std::chrono::seconds{static_cast<std::int64_t>(small->type)}}));
  }
  if (type == types::int_or_string && small->type == 0) return json(static_cast<std::int64_t>(small->number));
  if (type == types::raw) {
    const auto value = parse_json(small->text);
    return value ? *value : json{};
  }
  if (type != types::texts) return json(std::string{small->text});
  json all = json::array();
  for (const std::string_view text : small->texts) all.push_back(std::string{text});
  return all;
}

std::optional<json> decode_value(const schema_field& known, const wire_field& field) {
  const bool plain = known.shape == schema_field::shapes::one && !known.pointer;
  const bool varint = known.type == types::integer || known.type == types::boolean;
  if (field.kind != (varint ? wire_field::kinds::varint : wire_field::kinds::bytes)) return std::nullopt;
  if (plain && varint && field.varint == 0) return json{};
  if (plain && known.type == types::text && field.bytes.empty()) return json{};
  if (known.type == types::integer) return json(static_cast<std::int64_t>(field.varint));
  if (known.type == types::boolean) return json(field.varint != 0);
  if (known.type == types::text) return json(std::string{field.bytes});
  if (known.type == types::bytes) return json(runtime::base64_encode(field.bytes));
  if (known.type == types::message) return decode(*known.message, field.bytes);
  return decode_small(known.type, field.bytes);
}

/// Entries of a map are messages of a key, 1, and a value, 2.
bool add_entry(json& map, const schema_field& known, std::string_view bytes) {
  std::string key;
  std::optional<json> value = json("");
  for (wire_reader reader{bytes}; !reader.at_end();) {
    const auto field = reader.next();
    if (!field) return false;
    if (field->number == 1) key = field->bytes;
    if (field->number == 2) value = decode_value(known, *field);
  }
  if (value) map[key] = std::move(*value);
  return value.has_value();
}

std::optional<json> decode(const schema_message& message, std::string_view bytes) {
  json out = json::object();
  for (wire_reader reader{bytes}; !reader.at_end();) {
    const auto field = reader.next();
    if (!field) return std::nullopt;
    const schema_field* known = message.find_number(field->number);
    if (known == nullptr || known->type == types::number) continue;
    if (known->shape == schema_field::shapes::map) {
      if (!add_entry(out[std::string{known->name}], *known, field->bytes)) return std::nullopt;
      continue;
    }
    auto value = decode_value(*known, *field);
    if (!value) return std::nullopt;
    if (known->inlined) {
      out.update(*value);
    } else if (known->shape == schema_field::shapes::list) {
      out[std::string{known->name}].push_back(std::move(*value));
    } else if (!value->is_null()) {
      out[std::string{known->name}] = std::move(*value);
    }
  }
  return out;
}

}  // namespace

outcome<json> decode_protobuf_body(std::string_view bytes) {
  constexpr std::string_view magic{"k8s\0", 4};
  const auto refuse = [](std::string why) { return bad_request("the protobuf body " + std::move(why)); };
  if (!bytes.starts_with(magic)) return refuse("does not start with the k8s prefix");
  json object = json::object();
  std::string_view raw;
  for (wire_reader reader{bytes.substr(magic.size())}; !reader.at_end();) {
    const auto field = reader.next();
    if (!field) return refuse("is cut short");
    if (field->number == 2) raw = field->bytes;
    if (field->number != 1) continue;
    for (wire_reader type{field->bytes}; !type.at_end();) {
      const auto part = type.next();
      if (!part) return refuse("is cut short");
      if (part->number == 1) object["apiVersion"] = std::string{part->bytes};
      if (part->number == 2) object["kind"] = std::string{part->bytes};
    }
  }
  const std::string_view kind = text_at(object, {"kind"});
  const schema_message* message = message_of_kind(text_at(object, {"apiVersion"}), kind);
  if (message == nullptr)
    return refuse("is of a kind that can only be sent as JSON here: " + std::string{kind});
  const auto content = decode(*message, raw);
  if (!content) return refuse("is cut short");
  object.update(*content);
  return outcome<json>{boost::system::in_place_value, std::move(object)};
}

}  // namespace kitfox::kube
