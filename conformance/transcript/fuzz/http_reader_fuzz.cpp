// One direction of a connection of any subject: whatever the bytes, what is said of them is in order, and the
// same however they come in slices. The first byte chooses the direction and the size of the slices.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "conformance/transcript/http_reader.hpp"
#include "runtime/assert.hpp"

namespace {
using namespace kitfox::conformance;

/// Writes down what it is told, bodies as one text each, and insists on the order.
class strict_notes final : public http_reader_sink {
 public:
  void on_head(http_head head) override {
    KITFOX_ASSERT(!inside_ && !failed_);
    inside_ = true;
    text += "\nhead " + head.method + ' ' + head.target + ' ' + std::to_string(head.status);
    for (const auto& [name, value] : head.fields) text += '\n' + name + ':' + value;
    text += "\nbody ";
  }
  void on_body(std::string_view bytes) override {
    KITFOX_ASSERT(inside_ && !failed_);
    text += bytes;
  }
  void on_message_end() override {
    KITFOX_ASSERT(inside_ && !failed_);
    inside_ = false;
    text += "\nend";
  }
  void on_malformed(std::string_view why) override {
    KITFOX_ASSERT(!failed_ && !why.empty());
    failed_ = true;
    text += "\nmalformed " + std::string{why};
  }
  std::string text;

 private:
  bool inside_ = false, failed_ = false;
};

std::string said_of(std::string_view bytes, http_reader::direction which, std::size_t slice) {
  strict_notes out;
  http_reader reader{which, out};
  if (which == http_reader::direction::responses)
    for (const char* method : {"GET", "HEAD", "POST"}) reader.expect_response_to(method);
  for (; !bytes.empty(); bytes.remove_prefix(std::min(slice, bytes.size())))
    reader.feed(bytes.substr(0, slice));
  reader.end_of_stream();
  return out.text;
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto which =
      (data[0] & 1U) != 0 ? http_reader::direction::responses : http_reader::direction::requests;
  const std::size_t slice = 1 + (data[0] >> 1U);
  const std::string_view bytes{reinterpret_cast<const char*>(data) + 1, size - 1};
  KITFOX_ASSERT(said_of(bytes, which, slice) == said_of(bytes, which, bytes.size() + 1));
  return 0;
}
