#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "fakes/fault/path.hpp"

namespace kitfox::sim {

/// One dial, as the owner of the links sees it.
struct path_request {
  std::string_view from, to;  ///< Names of the dialling host and of the machine at the address.
  std::uint16_t port = 0;
  std::uint64_t connection = 0;  ///< Unique in the simulation; counts dials from 1.
};

struct opened_path {
  std::unique_ptr<fault::path> path;
  /// What the observer is told as the link's name; empty: "from->to".
  std::string link;
};

/// Chooses what every connection runs through; normally a table of fault::link. Must outlive the simulation,
/// and so must everything its paths refer to. Not asked for connections of a host to itself.
class path_source {
 public:
  virtual ~path_source() = default;
  /// Must return a path. When a link is later changed under an open connection, tell
  /// simulation::on_link_changed().
  [[nodiscard]] virtual opened_path open(const path_request&) = 0;
};

}  // namespace kitfox::sim
