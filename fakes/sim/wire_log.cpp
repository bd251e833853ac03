#include "fakes/sim/wire_log.hpp"

namespace kitfox::sim {

using fault::end_kind;
using fault::side;

std::uint64_t wire_log::content(side one, std::string_view bytes) const noexcept {
  return hash_bytes(bytes, connection_ * 2 + (one == side::client ? 0 : 1));
}

std::uint64_t wire_log::content(side one, end_kind how) noexcept {
  return (one == side::client ? 0U : 1U) + (how == end_kind::fin ? 2U : 4U);
}

void wire_log::dial() {
  time_.record(trace_kind::dial, client_, connection_);
  if (observer_ != nullptr) observer_->on_dial(named(), time_.now());
}

void wire_log::dialled(std::optional<fault::dial_answer> answer) {
  const std::uint64_t told = answer ? static_cast<std::uint64_t>(*answer) + 1 : 0;
  time_.record(trace_kind::dialled, client_, connection_, told);
  if (observer_ != nullptr) observer_->on_dialled(named(), answer, time_.now());
}

void wire_log::tls(std::string_view failure) {
  time_.record(trace_kind::tls, client_, connection_, hash_bytes(failure));
  if (observer_ != nullptr) observer_->on_tls(named(), failure, time_.now());
}

void wire_log::sent(side from, std::string_view bytes) {
  time_.record(trace_kind::sent, node_of(from), bytes.size(), content(from, bytes));
  if (observer_ != nullptr) observer_->on_sent(named(), from, bytes, time_.now());
}

void wire_log::delivered(side from, std::string_view bytes) {
  time_.record(trace_kind::delivered, node_of(other(from)), bytes.size(), content(from, bytes));
  if (observer_ != nullptr) observer_->on_delivered(named(), from, bytes, time_.now());
}

void wire_log::end_sent(side by, end_kind how) {
  time_.record(trace_kind::end_sent, node_of(by), connection_, content(by, how));
  if (observer_ != nullptr) observer_->on_end_sent(named(), by, how, time_.now());
}

void wire_log::end_delivered(side to, end_kind how) {
  time_.record(trace_kind::end_delivered, node_of(to), connection_, content(to, how));
  if (observer_ != nullptr) observer_->on_end_delivered(named(), to, how, time_.now());
}

}  // namespace kitfox::sim
