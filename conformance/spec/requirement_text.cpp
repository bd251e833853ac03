#include "conformance/spec/requirement_text.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace kitfox::conformance {
namespace {

constexpr std::size_t line_width = 120;
constexpr std::string_view quotation = "> ";
constexpr std::string_view opening = "> **";

/// `text` as lines of a quotation.
std::string quote(std::string_view text) {
  std::string out, line{quotation};
  while (!text.empty()) {
    const std::size_t space = text.find(' ');
    const std::string_view word = text.substr(0, space);
    text = space == text.npos ? std::string_view{} : text.substr(space + 1);
    if (line.size() > quotation.size() && line.size() + 1 + word.size() > line_width) {
      out += line + "\n";
      line = quotation;
    }
    line += (line.size() > quotation.size() ? " " : "") + std::string{word};
  }
  return out + line;
}

std::string_view line_at(std::string_view document, std::size_t begin) {
  return document.substr(begin, document.find('\n', begin) - begin);
}

constexpr std::string_view proof_members[] = {"checks", "scenarios", "mutants"};

}  // namespace

std::string print_requirement_block(const requirement& one) {
  return fmt::format("> **{}** · {} · {} · {}\n{}", one.id, to_string(one.level), to_string(one.role),
                     to_string(one.profile), quote(one.text));
}

std::vector<requirement_block> find_requirement_blocks(std::string_view document) {
  std::vector<requirement_block> out;
  std::string heading;
  requirement_block* open = nullptr;
  for (std::size_t begin = 0; begin < document.size();) {
    const std::string_view line = line_at(document, begin);
    if (line.starts_with("## ")) heading = std::string{line.substr(3)};
    const std::size_t closing = line.find("**", opening.size());
    if (line.starts_with(opening) && closing != line.npos) {
      const std::string id{line.substr(opening.size(), closing - opening.size())};
      open = &out.emplace_back(requirement_block{id, heading, std::string{line}, begin});
    } else if (open != nullptr && line.starts_with(">")) {
      open->text += "\n" + std::string{line};
    } else {
      open = nullptr;
    }
    begin += line.size() + 1;
  }
  return out;
}

std::string renew_requirement_blocks(std::string_view document, std::span<const requirement> all) {
  std::string out;
  std::size_t copied = 0;
  for (const requirement_block& one : find_requirement_blocks(document)) {
    const requirement* known = find_requirement(all, one.id);
    if (known == nullptr) continue;
    out += std::string{document.substr(copied, one.begin - copied)} + print_requirement_block(*known);
    copied = one.begin + one.text.size();
  }
  return out + std::string{document.substr(copied)};
}

std::string renew_registry(std::string_view json, const std::map<std::string, requirement_proof>& proofs) {
  auto document = nlohmann::ordered_json::parse(json);
  std::string out = "{\n";
  for (const auto& [name, value] : document.items()) {
    if (name != "requirements") out += fmt::format("  \"{}\": {},\n", name, value.dump());
  }
  out += "  \"requirements\": [\n";
  auto& rows = document.at("requirements");
  for (std::size_t i = 0; i < rows.size(); ++i) {
    auto& row = rows[i];
    const auto found = proofs.find(row.at("id").get<std::string>());
    const requirement_proof proof = found == proofs.end() ? requirement_proof{} : found->second;
    const std::vector<std::string>* lists[] = {&proof.checks, &proof.scenarios, &proof.mutants};
    for (std::size_t which = 0; which < std::size(lists); ++which) {
      row.erase(std::string{proof_members[which]});
      row[std::string{proof_members[which]}] = *lists[which];
    }
    std::string members;
    for (const auto& [name, value] : row.items())
      members += fmt::format("{}      \"{}\": {}", members.empty() ? "" : ",\n", name, value.dump());
    out += fmt::format("    {{\n{}\n    }}{}\n", members, i + 1 < rows.size() ? "," : "");
  }
  return out + "  ]\n}\n";
}

}  // namespace kitfox::conformance
