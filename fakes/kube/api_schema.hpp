#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include "fakes/kube/resource_catalog.hpp"

namespace kitfox::kube {

struct schema_message;

/// One field of a message of the API, as Kubernetes 1.20 declares it.
struct schema_field {
  enum class types {
    text,
    boolean,
    integer,
    number,
    bytes,
    time,
    quantity,
    int_or_string,
    raw,
    texts,
    message
  };
  enum class shapes { one, list, map };  ///< A map's keys are texts.

  std::uint64_t number = 0;  ///< On the protobuf wire.
  std::string_view name;     ///< In JSON.
  types type = types::text;
  shapes shape = shapes::one;
  const schema_message* message = nullptr;  ///< For types::message.
  bool inlined = false;                     ///< Its fields appear in JSON as those of the message around it.
  bool pointer = false;                     ///< A zero value was written on purpose.
  bool merges = false;         ///< A strategic merge patch merges the list instead of replacing it.
  bool retains_keys = false;   ///< Its elements know $retainKeys.
  std::string_view merge_key;  ///< Names the elements of a list that merges; empty: plain values.
  std::vector<std::string_view> list_keys;  ///< Name the elements for server-side apply.
  bool is_set = false;                      ///< Of plain values, each of which has owners of its own.
};

/// A message of the API: an object, or a part of one.
struct schema_message {
  std::string_view name;  ///< "core.PodSpec".
  std::vector<schema_field> fields;

  /// By its name in JSON, also within inlined messages; null when there is none.
  [[nodiscard]] const schema_field* find(std::string_view field) const noexcept;
  [[nodiscard]] const schema_field* find_number(std::uint64_t number) const noexcept;
};

/// By name such as "core.Pod"; null when there is none.
[[nodiscard]] const schema_message* find_message(std::string_view name);
/// Of the objects of a resource; null for the few whose fields are not declared here.
[[nodiscard]] const schema_message* message_of(const resource_type& type);
/// The same for what a body says of itself, also for kinds that no resource holds: TokenRequest,
/// DeleteOptions.
[[nodiscard]] const schema_message* message_of_kind(std::string_view api_version, std::string_view kind);
/// Every message, by name.
[[nodiscard]] const std::vector<const schema_message*>& all_messages();

/// The declarations, a message each: "core.Pod: 1 metadata meta.ObjectMeta; ..." with number, name and type
/// of every field. Before a type `[]` makes a list and `{}` a map; after it `!` inlines, `~key` merges by a
/// key,
/// `@key+key` or `@` are the keys of server-side apply or a set, `^` retains keys, `?` is a pointer.
[[nodiscard]] std::string_view core_schema_text() noexcept;
[[nodiscard]] std::string_view group_schema_text() noexcept;

}  // namespace kitfox::kube
