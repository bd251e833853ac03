// Any bytes as a kubeconfig: an access or one line of complaint, never a crash, never the token in the line.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "agent/kube_access.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace kitfox::agent;
  memory_files disk;
  disk.put("/etc/kube/file.pem", "PEM");
  std::string complaint;
  const std::string text{reinterpret_cast<const char*>(bytes), size};
  const auto access = parse_kubeconfig(text, "/etc/kube/config", "", disk, complaint);
  if (!access && (complaint.empty() || complaint.find('\n') != std::string::npos)) std::abort();
  if (access && access->server_url.empty()) std::abort();
  return 0;
}
