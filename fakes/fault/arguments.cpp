#include "fakes/fault/arguments.hpp"

#include "runtime/assert.hpp"

namespace kitfox::fault {
namespace {

template <class T>
const T& get(const arguments::value& from) {
  const T* found = std::get_if<T>(&from);
  KITFOX_ASSERT(found != nullptr);
  return *found;
}

}  // namespace

const arguments::value& arguments::at(std::string_view name) const {
  const auto found = values_.find(name);
  KITFOX_ASSERT(found != values_.end());
  return found->second;
}

bool arguments::has(std::string_view name) const { return !std::holds_alternative<std::monostate>(at(name)); }
runtime::duration arguments::span(std::string_view name) const { return get<runtime::duration>(at(name)); }
std::uint64_t arguments::number(std::string_view name) const { return get<std::uint64_t>(at(name)); }
std::int64_t arguments::integer(std::string_view name) const { return get<std::int64_t>(at(name)); }
double arguments::fraction(std::string_view name) const { return get<double>(at(name)); }
const std::string& arguments::text(std::string_view name) const { return get<std::string>(at(name)); }

}  // namespace kitfox::fault
