#pragma once
#include <cstdint>
#include <memory>
#include <string>

#include "fakes/kube/json_slice.hpp"
#include "fakes/kube/resource_catalog.hpp"

namespace kitfox::kube {

/// One state of one object, ready to be looked into; never changes. `body` has kind, apiVersion and all that
/// the server fills in.
struct stored_object {
  json body;
  std::uint64_t revision = 0;  ///< The same as metadata.resourceVersion.
};

using object_ptr = std::shared_ptr<const stored_object>;  // owners: whoever looks into it

/// The same as it is kept: as text, which takes a tenth of the memory of a tree and can be sent as it is.
class kept_object {
 public:
  /// `body`: of `type`; taken apart and put together again, so that it is as before.
  kept_object(const resource_type& type, json& body, std::uint64_t revision);

  [[nodiscard]] std::uint64_t revision() const noexcept { return revision_; }
  /// A value of it by its path; not kind and apiVersion, which are its type's.
  [[nodiscard]] json_slice at(std::initializer_list<std::string_view> path) const {
    return json_slice{fields_}.at(path);
  }
  /// JSON of the object without kind and apiVersion, as lists of a type have it.
  [[nodiscard]] const std::string& item_text() const noexcept { return fields_; }
  /// JSON of the whole.
  [[nodiscard]] std::string text() const;
  [[nodiscard]] object_ptr open() const;
  /// The same body with null in place of metadata.managedFields, which is half of an object and shown to few.
  [[nodiscard]] json open_unmanaged() const;

 private:
  const resource_type* type_;
  std::uint64_t revision_;
  std::string fields_;
};

using kept_ptr = std::shared_ptr<const kept_object>;  // owners: the store, its history, pages being sent

}  // namespace kitfox::kube
