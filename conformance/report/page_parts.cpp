#include "conformance/report/page_parts.hpp"

#include <fmt/format.h>

namespace kitfox::conformance {
namespace {

/// A script element ends at "</script", and a comment in it begins at "<!--", whatever stands around them.
std::string script_data(const std::string& json_text) {
  std::string out;
  out.reserve(json_text.size() + json_text.size() / 50);
  for (const char c : json_text) out += c == '<' ? std::string{"\\u003c"} : std::string{c};
  return out;
}

void replace_mark(std::string& in, std::string_view mark, std::string_view by) {
  if (const std::size_t at = in.find(mark); at != std::string::npos) in.replace(at, mark.size(), by);
}

}  // namespace

std::string data_element(const std::string& id, const std::string& json_text) {
  return fmt::format("<script type=\"application/json\" id=\"{}\">{}</script>\n", id, script_data(json_text));
}

std::string assemble_page(std::string_view page, const std::vector<std::string_view>& styles,
                          const std::vector<std::string_view>& scripts, const std::string& data) {
  std::string all_styles, all_scripts;
  for (const std::string_view one : styles) all_styles += one;
  for (const std::string_view one : scripts) all_scripts += fmt::format("<script>\n{}</script>\n", one);
  // The data comes last: it may hold the marks, which are then no marks any more.
  std::string out{page};
  replace_mark(out, "/*styles*/", all_styles);
  replace_mark(out, "<!--scripts-->", all_scripts);
  replace_mark(out, "<!--data-->", data);
  return out;
}

}  // namespace kitfox::conformance
