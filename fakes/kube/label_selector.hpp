#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fakes/kube/status_error.hpp"

namespace kitfox::kube {

/// One condition on a label (k8s.io/apimachinery/pkg/labels, Requirement).
struct label_requirement {
  enum class comparison { in, not_in, exists, not_exists, greater, less };
  std::string key;
  comparison compare = comparison::exists;
  std::vector<std::string> values;  ///< Sorted; one decimal number for greater and less.

  /// `value`: the object's label, or nothing.
  [[nodiscard]] bool matches(std::optional<std::string_view> value) const;
};

/// All its requirements must hold; the empty selector matches everything.
class label_selector {
 public:
  label_selector() = default;
  explicit label_selector(std::vector<label_requirement> requirements)
      : requirements_{std::move(requirements)} {}
  /// `labels`: the object at metadata.labels, or null.
  [[nodiscard]] bool matches(const json& labels) const;
  [[nodiscard]] bool empty() const noexcept { return requirements_.empty(); }
  [[nodiscard]] const std::vector<label_requirement>& requirements() const noexcept { return requirements_; }

 private:
  std::vector<label_requirement> requirements_;
};

/// Parses "app in (cart,web),tier!=frontend,!run". Errors: 400 in the words of labels.Parse.
[[nodiscard]] outcome<label_selector> parse_label_selector(std::string_view text);
/// "app=cart,tier in (a,b)" for a metav1.LabelSelector, "<none>" when it selects nothing, as in tables.
[[nodiscard]] std::string print_label_selector(const json& selector);

}  // namespace kitfox::kube
