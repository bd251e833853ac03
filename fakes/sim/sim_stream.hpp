#pragma once
#include "fakes/sim/connection.hpp"
#include "runtime/network.hpp"

namespace kitfox::sim {

/// One end of a simulated connection, as a process holds it.
class sim_stream final : public runtime::byte_stream {
 public:
  sim_stream(connection& link, fault::side mine, node& where) : link_{link}, mine_{mine}, where_{where} {
    link_.attach(mine_);
  }
  ~sim_stream() override { link_.detach(mine_); }

  runtime::task<runtime::error_code> handshake() override;
  runtime::task<runtime::result<std::size_t>> read_some(std::span<char> into) override;
  runtime::task<runtime::error_code> write(std::string_view bytes) override;
  runtime::task<runtime::error_code> shutdown_send() override;
  void close() noexcept override { link_.close(mine_); }
  void close_saying(std::string_view farewell) noexcept override {
    link_.say(mine_, farewell);
    link_.close(mine_);
  }
  void reset() noexcept override { link_.end(mine_, fault::end_kind::rst); }
  runtime::endpoint peer() const override { return link_.peer_of(mine_); }

  [[nodiscard]] connection& link() noexcept { return link_; }

 private:
  connection& link_;
  fault::side mine_;
  node& where_;
};

}  // namespace kitfox::sim
