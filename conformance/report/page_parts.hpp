#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace kitfox::conformance {

/// A script element that holds JSON for the page's scripts, whatever the texts in it are.
[[nodiscard]] std::string data_element(const std::string& id, const std::string& json_text);

/// A page of one file: the template with styles, data and scripts in the places of its marks. Each script may
/// use those before it.
[[nodiscard]] std::string assemble_page(std::string_view page, const std::vector<std::string_view>& styles,
                                        const std::vector<std::string_view>& scripts,
                                        const std::string& data);

}  // namespace kitfox::conformance
