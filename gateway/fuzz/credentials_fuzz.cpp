// A credentials file that anybody wrote: it is read or refused with a sentence, and what a book takes is
// found.
#include <cstdint>
#include <string_view>

#include "gateway/credentials.hpp"
#include "runtime/assert.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace kitfox;
  protocol::diagnostics diag;
  const auto parsed = gateway::parse_credentials({reinterpret_cast<const char*>(bytes), size}, diag);
  if (!parsed) {
    KITFOX_ASSERT(!diag.sentence.empty());
    return 0;
  }
  const auto book = gateway::credential_book::make(parsed.value());
  if (!book) return 0;
  for (const gateway::caller_credential& one : parsed.value())
    KITFOX_ASSERT(book.value().find(one.secret).has_value());
  KITFOX_ASSERT(!book.value().find({}).has_value());
  return 0;
}
