#pragma once
#include <string>

#include "runtime/event_sink.hpp"

namespace kitfox::agent {

/// Keeps a file that exists exactly while the agent is ready: follows `readiness {ready}` and hands every
/// event on. A file left by an earlier process is removed at the start, and the own one at the end. Emits
/// `probe_file_failed` if the file cannot be made.
class probe_file_sink final : public runtime::event_sink {
 public:
  /// `next` must outlive it. An empty path keeps no file.
  probe_file_sink(std::string path, runtime::event_sink& next);
  probe_file_sink(const probe_file_sink&) = delete;
  probe_file_sink& operator=(const probe_file_sink&) = delete;
  ~probe_file_sink() override;
  void emit(runtime::severity level, std::string_view event,
            std::span<const runtime::event_field> fields) override;

 private:
  void create();
  void remove() noexcept;

  std::string path_;
  runtime::event_sink& next_;
};

}  // namespace kitfox::agent
