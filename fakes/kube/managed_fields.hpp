#pragma once
#include <string>
#include <string_view>

#include "fakes/kube/api_schema.hpp"
#include "fakes/kube/status_error.hpp"
#include "runtime/clock.hpp"

namespace kitfox::kube {

/// Managers with operation Update that are kept for an object; what older ones own is put together, as in
/// kube-apiserver.
inline constexpr std::size_t update_managers_max = 10;

/// Who writes, as metadata.managedFields names it.
struct field_writer {
  std::string name;
  std::string api_version;
  runtime::wall_time now;
};

/// `after` gets the managers of `before`, changed by a write of `writer`: it owns what it changed, and nobody
/// owns what is gone. `before`: null for a new object.
void note_update(const json& before, json& after, const field_writer& writer, const schema_message* message);

enum class apply_force { no, yes };

/// Server-side apply (KEP-555): `live` with what the configuration says, without what the manager said before
/// and no longer does, unless others own that too. `live`: null for a new object. Errors: 409 where another
/// manager owns a field with another value, unless forced.
[[nodiscard]] outcome<json> apply_configuration(const json& live, const json& configuration,
                                                const field_writer& manager, apply_force force,
                                                const schema_message* message);

}  // namespace kitfox::kube
