#pragma once
#include <initializer_list>
#include <string>
#include <string_view>

#include "fakes/kube/json.hpp"

namespace kitfox::kube {

/// Compact JSON text as print_json() writes it, read in places: a value is found without a tree of the whole.
/// A view: what it was made from must outlive it.
class json_slice {
 public:
  json_slice() = default;
  /// `text`: one whole value that print_json() printed, or empty: no value.
  explicit json_slice(std::string_view text) noexcept : text_{text} {}

  /// The value at the end of `path`; none where any step is missing or is not an object. Steps are names that
  /// JSON writes without escapes.
  [[nodiscard]] json_slice at(std::initializer_list<std::string_view> path) const;
  [[nodiscard]] bool empty() const noexcept { return text_.empty(); }
  [[nodiscard]] std::string_view text() const noexcept { return text_; }
  /// As a tree of its own; null where there is none.
  [[nodiscard]] json value() const;
  /// The string that it is; empty unless it is one.
  [[nodiscard]] std::string string() const;

 private:
  std::string_view text_;
};

}  // namespace kitfox::kube
