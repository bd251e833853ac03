#pragma once
#include <memory>
#include <string>
#include <vector>

#include "gateway/key_writer.hpp"
#include "runtime/host.hpp"

namespace kitfox::gateway {

/// Writes on a thread of its own, which has its own connection to the file.
class threaded_writer final : public key_writer {
 public:
  /// `front` is the host that asks; it and `events` must outlive this.
  threaded_writer(runtime::host& front, runtime::event_sink& events, std::unique_ptr<store> to);
  ~threaded_writer() override;
  runtime::task<runtime::error_code> create_cluster(cluster_record cluster, key_record first_key,
                                                    std::size_t clusters_max) override;
  runtime::task<runtime::error_code> add_key(key_record key, std::size_t keys_max) override;
  runtime::task<runtime::error_code> revoke_key(std::string key_id, runtime::wall_time at) override;
  runtime::task<runtime::result<std::vector<std::string>>> revoke_cluster(std::string cluster_id,
                                                                          runtime::wall_time at) override;

 private:
  struct state;
  std::unique_ptr<state> state_;
};

}  // namespace kitfox::gateway
