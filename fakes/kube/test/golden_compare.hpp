#pragma once
#include <map>
#include <string>
#include <vector>

#include "fakes/kube/test/golden_exchange.hpp"
#include "fakes/kube/test/server_fixture.hpp"

namespace kitfox::kube::golden {

/// One way in which an answer differs from the recorded one.
struct difference {
  std::string part;  ///< "status", "body", or the name of a header.
  std::string text;
};

/// Compares answers with those of a real kube-apiserver.
class comparison {
 public:
  /// All that a client could tell apart: status, the headers that mean something to one, and the body without
  /// what differs between any two runs. Uids of flow schemas are compared by what they stand for.
  [[nodiscard]] std::vector<difference> differences(const exchange& recorded, const test::seen& seen);

 private:
  void compare_flow_schemas(const std::string& actual, const std::string& expected,
                            std::vector<difference>& out);
  std::map<std::string, std::string> flow_schemas_;  ///< Of the recording, with ours.
};

}  // namespace kitfox::kube::golden
