#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/live/fidelity/api_twin.hpp"
#include "runtime/entropy.hpp"

namespace kitfox::conformance {

/// A random client of an API server, the same for the same seed: creates, replaces, patches in four ways,
/// applies, deletes, lists with selectors and in pages, watches, changes roles and bindings, asks what it
/// may, and does some of it as somebody else. Everything happens in one namespace, but for a few cluster-wide
/// roles.
class random_program {
 public:
  random_program(std::unique_ptr<runtime::entropy> random, std::string ns)
      : random_{std::move(random)}, ns_{std::move(ns)} {}
  /// Makes the namespace; comes first.
  [[nodiscard]] std::vector<twin_request> beginning() const;
  [[nodiscard]] twin_request next();
  /// What there is in the end, and what was seen on the way.
  [[nodiscard]] std::vector<twin_request> ending();

 private:
  struct kind_row {
    std::string_view kind, api_version, plural;
  };
  static const std::vector<kind_row>& kinds();
  [[nodiscard]] std::size_t below(std::size_t bound) {
    return static_cast<std::size_t>(random_->below(bound));
  }
  [[nodiscard]] bool chance(std::size_t percent) { return below(100) < percent; }
  [[nodiscard]] std::string one_of(std::initializer_list<std::string_view> words);
  [[nodiscard]] std::string path(const kind_row& row, const std::string& name = {}) const;
  [[nodiscard]] std::string some_name();
  [[nodiscard]] nlohmann::json some_labels();
  [[nodiscard]] nlohmann::json some_rules();
  [[nodiscard]] nlohmann::json object(const kind_row& row, const std::string& name);
  void fill(nlohmann::json& body, const kind_row& row);
  [[nodiscard]] twin_request create(const kind_row& row);
  [[nodiscard]] twin_request replace(const kind_row& row);
  [[nodiscard]] twin_request patch(const kind_row& row);
  [[nodiscard]] twin_request merge_patch(const kind_row& row, const std::string& at);
  [[nodiscard]] twin_request json_patch(const kind_row& row, const std::string& at);
  [[nodiscard]] twin_request strategic_patch(const kind_row& row, const std::string& at);
  [[nodiscard]] twin_request apply(const kind_row& row);
  [[nodiscard]] twin_request remove(const kind_row& row);
  [[nodiscard]] twin_request read(const kind_row& row);
  [[nodiscard]] twin_request review();

  std::unique_ptr<runtime::entropy> random_;
  std::string ns_;
  std::string pages_;  ///< Of the list whose next page may be asked for.
};

}  // namespace kitfox::conformance
