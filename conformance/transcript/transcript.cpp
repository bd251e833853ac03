#include "conformance/transcript/transcript.hpp"

#include <algorithm>
#include <boost/system/errc.hpp>
#include <fstream>
#include <sstream>

namespace kitfox::conformance {

namespace errc = boost::system::errc;

bool transcript::append(record&& one) {
  if (records_.size() >= bound_) return false;
  // By four: records are large, moving them touches all of their memory, and room that is not used costs
  // none.
  if (records_.size() == records_.capacity())
    records_.reserve(std::min(std::max<std::size_t>(records_.size() * 4, 1024), bound_));
  records_.push_back(std::move(one));
  return true;
}

std::string transcript::print() const {
  std::string out;
  for (const record& one : records_) {
    out += print_record(one);
    out += '\n';
  }
  return out;
}

runtime::error_code transcript::save(const std::filesystem::path& file) const {
  std::ofstream out{file, std::ios::binary | std::ios::trunc};
  for (const record& one : records_) out << print_record(one) << '\n';
  out.flush();
  return out ? runtime::error_code{} : errc::make_error_code(errc::io_error);
}

runtime::result<transcript> transcript::parse(std::string_view text, std::string& why, std::size_t bound) {
  transcript out{bound};
  std::size_t number = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    ++number;
    if (line.empty()) continue;
    auto one = parse_record(line, why);
    if (one && (number == 1) != (one->kind == record_kind::header)) {
      why = number == 1 ? "the first record must be the header" : "a second header";
      one.reset();
    }
    if (one && !out.append(std::move(*one))) {
      why = "more records than a transcript may hold";
      one.reset();
      return errc::make_error_code(errc::file_too_large);
    }
    if (!one) {
      why = "line " + std::to_string(number) + ": " + why;
      return errc::make_error_code(errc::invalid_argument);
    }
  }
  if (out.records_.empty()) {
    why = "line 1: expected a header, found nothing";
    return errc::make_error_code(errc::invalid_argument);
  }
  return out;
}

runtime::result<transcript> transcript::load(const std::filesystem::path& file, std::string& why) {
  std::ifstream in{file, std::ios::binary};
  if (!in) {
    why = "cannot open " + file.string();
    return errc::make_error_code(errc::no_such_file_or_directory);
  }
  std::ostringstream text;
  text << in.rdbuf();
  return parse(text.view(), why);
}

}  // namespace kitfox::conformance
