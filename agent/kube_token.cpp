#include "agent/kube_token.hpp"

namespace kitfox::agent {

void kube_token::read(runtime::mono_time now) {
  was_read_ = true;
  read_at_ = now;
  auto content = disk_.read(path_);
  if (!content) return;
  const auto end = content->find_last_not_of(" \t\r\n");
  if (end == std::string::npos) return;
  content->resize(end + 1);
  token_ = std::move(*content);
}

const std::string& kube_token::current(runtime::mono_time now) {
  if (!path_.empty() && (!was_read_ || now - read_at_ >= reread_)) read(now);
  return token_;
}

kube_token::after_refusal kube_token::on_refused(const std::string& refused, runtime::mono_time now) {
  if (!path_.empty()) read(now);
  return token_ != refused ? after_refusal::changed : after_refusal::unchanged;
}

}  // namespace kitfox::agent
