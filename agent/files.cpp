#include "agent/files.hpp"

#include <algorithm>
#include <fstream>

namespace kitfox::agent {

result<std::string> disk_files::read(const std::string& path) {
  std::ifstream in{path, std::ios::binary};
  if (!in) return agent_errc::file_unreadable;
  std::string content(size_bytes_max + 1, '\0');
  in.read(content.data(), static_cast<std::streamsize>(content.size()));
  if (in.bad()) return agent_errc::file_unreadable;
  const auto size_bytes = static_cast<std::size_t>(in.gcount());
  // A folder opens as a stream but yields an error and no byte.
  if (size_bytes == 0 && !in.eof()) return agent_errc::file_unreadable;
  if (size_bytes > size_bytes_max) return agent_errc::file_too_large;
  content.resize(size_bytes);
  return content;
}

void memory_files::put(const std::string& path, std::string content) {
  remove(path);
  all_.emplace_back(path, std::move(content));
}

void memory_files::remove(const std::string& path) {
  std::erase_if(all_, [&](const auto& one) { return one.first == path; });
}

result<std::string> memory_files::read(const std::string& path) {
  const auto found = std::ranges::find(all_, path, &std::pair<std::string, std::string>::first);
  if (found == all_.end()) return agent_errc::file_unreadable;
  if (found->second.size() > size_bytes_max) return agent_errc::file_too_large;
  return found->second;
}

}  // namespace kitfox::agent
