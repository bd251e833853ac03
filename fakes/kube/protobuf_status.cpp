#include "fakes/kube/protobuf_status.hpp"

#include <cstdint>
#include <string_view>

namespace kitfox::kube {

namespace {

/// Writes a protobuf message (protobuf encoding specification, "Message Structure"). Go's generated code
/// writes empty texts and zeros, too.
class message_writer {
 public:
  message_writer& text(unsigned field, std::string_view bytes) {
    varint(field << 3U | 2U);
    varint(bytes.size());
    out_.append(bytes);
    return *this;
  }
  message_writer& number(unsigned field, std::uint64_t value) {
    varint(field << 3U);
    varint(value);
    return *this;
  }
  [[nodiscard]] const std::string& bytes() const noexcept { return out_; }

 private:
  void varint(std::uint64_t value) {
    for (; value >= 0x80U; value >>= 7U) out_ += static_cast<char>((value & 0x7fU) | 0x80U);
    out_ += static_cast<char>(value);
  }
  std::string out_;
};

std::string print_details(const status_error& failure) {
  message_writer details;
  details.text(1, failure.name).text(2, failure.group).text(3, failure.kind);
  for (const status_cause& cause : failure.causes) {
    message_writer one;
    one.text(1, cause.reason).text(2, cause.message).text(3, cause.field);
    details.text(4, one.bytes());
  }
  const auto wait = failure.retry_after.value_or(std::chrono::seconds{0});
  details.number(5, static_cast<std::uint64_t>(wait.count())).text(6, "");
  return details.bytes();
}

}  // namespace

std::string print_protobuf_status(const status_error& failure) {
  message_writer metadata;
  metadata.text(1, "").text(2, "").text(3, failure.continue_token);
  message_writer status;
  status.text(1, metadata.bytes()).text(2, "Failure").text(3, failure.message).text(4, failure.reason);
  if (failure.details == status_error::details_shape::present) status.text(5, print_details(failure));
  status.number(6, static_cast<std::uint64_t>(failure.code));
  message_writer type;
  type.text(1, "v1").text(2, "Status");
  message_writer envelope;
  envelope.text(1, type.bytes()).text(2, status.bytes()).text(3, "").text(4, "");
  using namespace std::string_view_literals;
  return std::string{"k8s\0"sv} + envelope.bytes();
}

}  // namespace kitfox::kube
