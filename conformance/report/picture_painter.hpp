#pragma once
#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/report/case_picture.hpp"
#include "conformance/report/picture_records.hpp"
#include "conformance/report/wire_marks.hpp"

namespace kitfox::conformance {

/// Draws one run; lives for one call of print_picture.
class picture_painter {
 public:
  picture_painter(const transcript& of, const judgement& judged, const picture_limits& limits);
  /// The picture as JSON text.
  [[nodiscard]] std::string paint();

 private:
  using json = nlohmann::ordered_json;
  /// A row of the picture: one program, all callers, or the network.
  struct lane {
    std::string name, kind;
  };
  static constexpr std::size_t label_bytes_max = 160;

  [[nodiscard]] std::vector<std::string> chosen_agents();
  void choose_lanes();
  [[nodiscard]] std::optional<std::size_t> lane_of(std::string_view name) const;
  [[nodiscard]] std::optional<std::size_t> lane_at_far_end(const std::string& from,
                                                           const std::string& to) const;
  [[nodiscard]] bool is_agent(std::string_view name) const;
  [[nodiscard]] json lives();
  [[nodiscard]] json connections();
  [[nodiscard]] json waits();
  [[nodiscard]] json commands();
  [[nodiscard]] json exchanges();
  [[nodiscard]] json calls();
  [[nodiscard]] json faults();
  [[nodiscard]] json steps();
  [[nodiscard]] json signals();
  [[nodiscard]] json findings();
  void quote_context();

  void leave_out(const char* what, std::size_t count, std::size_t all) {
    if (count > 0) left_out_.push_back({{"what", what}, {"count", count}, {"of", all}});
  }
  /// Those nearest to the failing point, in their own order.
  template <class T, class Distance>
  std::vector<const T*> nearest(const char* what, std::vector<const T*> all, std::size_t max,
                                const Distance& distance_of) {
    leave_out(what, all.size() - std::min(max, all.size()), all.size());
    if (all.size() <= max) return all;
    std::vector<const T*> out = all;
    std::ranges::stable_sort(out, {}, [&](const T* one) { return distance_of(*one); });
    out.resize(max);
    std::erase_if(all, [chosen = std::set<const T*>{out.begin(), out.end()}](const T* one) {
      return !chosen.contains(one);
    });
    return all;
  }
  [[nodiscard]] std::vector<const span_marks*> nearest_spans(const char* what,
                                                             const std::vector<span_marks>& from,
                                                             std::size_t max);

  evidence about_;
  wire_marks marks_;
  const judgement& judged_;
  const picture_limits& limits_;
  picture_records records_;
  record_index focus_ = 0;
  std::vector<lane> lanes_;
  json left_out_ = json::array();
};

}  // namespace kitfox::conformance
