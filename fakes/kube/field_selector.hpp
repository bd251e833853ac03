#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fakes/kube/json_slice.hpp"
#include "fakes/kube/status_error.hpp"

namespace kitfox::kube {

/// One condition on a field (k8s.io/apimachinery/pkg/fields).
struct field_requirement {
  enum class comparison { equal, not_equal };
  std::string field, value;
  comparison compare = comparison::equal;
};

/// All its requirements must hold; the empty selector matches everything.
class field_selector {
 public:
  field_selector() = default;
  explicit field_selector(std::vector<field_requirement> requirements)
      : requirements_{std::move(requirements)} {}
  /// `object`: of a type for which its fields were checked with check_fields().
  [[nodiscard]] bool matches(json_slice object) const;
  /// The value that the field must equal, if the selector says so.
  [[nodiscard]] std::optional<std::string> exact_value(std::string_view field) const;
  [[nodiscard]] bool empty() const noexcept { return requirements_.empty(); }
  [[nodiscard]] const std::vector<field_requirement>& requirements() const noexcept { return requirements_; }

 private:
  std::vector<field_requirement> requirements_;
};

/// Parses "status.phase=Running,spec.nodeName!=n1". Errors: 400 in the words of fields.ParseSelector.
[[nodiscard]] outcome<field_selector> parse_field_selector(std::string_view text);
/// Whether `type` can be selected by each field; 400 in Kubernetes' two wordings otherwise.
[[nodiscard]] outcome<void> check_fields(const resource_type& type, const field_selector& selector);

}  // namespace kitfox::kube
