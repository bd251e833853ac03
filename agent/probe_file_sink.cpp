#include "agent/probe_file_sink.hpp"

#include <cstdio>
#include <fstream>

namespace kitfox::agent {

probe_file_sink::probe_file_sink(std::string path, runtime::event_sink& next)
    : path_{std::move(path)}, next_{next} {
  remove();
}

probe_file_sink::~probe_file_sink() { remove(); }

void probe_file_sink::create() {
  if (path_.empty()) return;
  std::ofstream file{path_, std::ios::trunc};
  if (!file.flush()) next_.warning("probe_file_failed", {{"path", path_}});
}

void probe_file_sink::remove() noexcept {
  // Whether there was one does not matter.
  if (!path_.empty()) static_cast<void>(std::remove(path_.c_str()));
}

void probe_file_sink::emit(runtime::severity level, std::string_view event,
                           std::span<const runtime::event_field> fields) {
  if (event == "readiness") {
    for (const runtime::event_field& field : fields) {
      const bool* ready = std::get_if<bool>(&field.value);
      if (field.name != "ready" || ready == nullptr) continue;
      if (*ready) {
        create();
      } else {
        remove();
      }
    }
  }
  next_.emit(level, event, fields);
}

}  // namespace kitfox::agent
