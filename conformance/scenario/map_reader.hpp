#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/scenario/yaml_tree.hpp"

namespace kitfox::conformance {

/// Where the mistakes of one file are gathered.
class problem_list {
 public:
  explicit problem_list(std::string file) : file_{std::move(file)} {}
  void add(yaml_mark where, std::string path, std::string message) {
    errors.push_back({mark(where), std::move(path), std::move(message)});
  }
  [[nodiscard]] source_mark mark(yaml_mark where) const { return {file_, where.line, where.column}; }
  [[nodiscard]] const std::string& file() const noexcept { return file_; }

  std::vector<load_error> errors;

 private:
  std::string file_;
};

/// Typed access to the values of one map that has passed the schema. A value out of a type's range is
/// reported and reads as its default.
class map_reader {
 public:
  map_reader(const yaml_node& map, std::string path, problem_list& problems)
      : map_{map}, path_{std::move(path)}, problems_{problems} {}

  [[nodiscard]] const yaml_node* find(std::string_view key) const noexcept { return map_.find(key); }
  [[nodiscard]] bool has(std::string_view key) const noexcept { return find(key) != nullptr; }
  [[nodiscard]] std::string path_of(std::string_view key) const {
    return path_.empty() ? std::string{key} : path_ + "." + std::string{key};
  }
  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  [[nodiscard]] const yaml_node& node() const noexcept { return map_; }
  [[nodiscard]] problem_list& problems() const noexcept { return problems_; }
  [[nodiscard]] source_mark mark() const { return problems_.mark(map_.where); }

  [[nodiscard]] std::string text(std::string_view key) const;
  [[nodiscard]] std::vector<std::string> texts(std::string_view key) const;  ///< Of a list, or of one scalar.
  [[nodiscard]] std::optional<duration> span(std::string_view key) const;
  [[nodiscard]] duration span_or(std::string_view key, duration standard) const {
    return span(key).value_or(standard);
  }
  [[nodiscard]] std::optional<std::uint64_t> count(std::string_view key) const;
  [[nodiscard]] std::uint32_t count32_or(std::string_view key, std::uint32_t standard) const;
  [[nodiscard]] std::optional<double> number(std::string_view key) const;
  [[nodiscard]] std::optional<std::int64_t> size(std::string_view key) const;
  [[nodiscard]] bool flag(std::string_view key) const;
  [[nodiscard]] count_bound bounds() const;
  /// JSON text of any value; empty where there is none.
  [[nodiscard]] std::string json(std::string_view key) const;

  void fail(std::string_view key, std::string message) const;

 private:
  const yaml_node& map_;
  std::string path_;
  problem_list& problems_;
};

/// The index of `word` in `words`, which the schema has made sure of; 0 for an absent word.
[[nodiscard]] std::size_t choice_of(std::string_view word, std::initializer_list<std::string_view> words);

}  // namespace kitfox::conformance
