#include "fakes/kube/api_schema.hpp"

#include <array>
#include <charconv>
#include <map>
#include <memory>
#include <string>

#include "runtime/assert.hpp"

namespace kitfox::kube {

namespace {

using field_types = schema_field::types;

class schema_table {
 public:
  schema_table() {
    read(core_schema_text());
    read(group_schema_text());
    for (const auto& [name, message] : messages_) all_.push_back(message.get());
  }

  [[nodiscard]] const schema_message* find(std::string_view name) const {
    const auto found = messages_.find(name);
    return found == messages_.end() ? nullptr : found->second.get();
  }
  [[nodiscard]] const std::vector<const schema_message*>& all() const noexcept { return all_; }

 private:
  schema_message& message(std::string_view name) {
    auto& slot = messages_[name];
    if (!slot) slot = std::make_unique<schema_message>(schema_message{name, {}});
    return *slot;
  }

  void read(std::string_view text) {
    schema_message* current = nullptr;
    for (const std::string_view line : split_words(text, '\n')) {
      std::string_view rest = line;
      if (rest.front() != ' ') {
        const std::size_t colon = rest.find(':');
        KITFOX_ASSERT(colon != std::string_view::npos);
        current = &message(rest.substr(0, colon));
        rest.remove_prefix(colon + 1);
      }
      for (const std::string_view declaration : split_words(rest, ';')) {
        if (const auto words = split_words(declaration, ' '); words.size() == 3) {
          current->fields.push_back(field(words));
        }
      }
    }
  }

  schema_field field(const std::vector<std::string_view>& words) {
    schema_field out;
    std::from_chars(words[0].data(), words[0].data() + words[0].size(), out.number);
    out.name = words[1];
    std::string_view type = words[2];
    if (type.starts_with("[]")) out.shape = schema_field::shapes::list;
    if (type.starts_with("{}")) out.shape = schema_field::shapes::map;
    if (out.shape != schema_field::shapes::one) type.remove_prefix(2);
    const std::size_t end = std::min(type.find_first_of("!~@^?"), type.size());
    read_marks(out, type.substr(end));
    set_type(out, type.substr(0, end));
    return out;
  }

  static void read_marks(schema_field& out, std::string_view marks) {
    while (!marks.empty()) {
      const std::size_t end = std::min(marks.find_first_of("!~@^?", 1), marks.size());
      const std::string_view argument = marks.substr(1, end - 1);
      switch (marks.front()) {
        case '!':
          out.inlined = true;
          break;
        case '~':
          out.merges = true;
          out.merge_key = argument;
          if (out.list_keys.empty() && !argument.empty()) out.list_keys = {argument};
          if (argument.empty()) out.is_set = true;
          break;
        case '@':
          out.list_keys = split_words(argument, '+');
          out.is_set = argument.empty();
          break;
        case '^':
          out.retains_keys = true;
          break;
        default:
          out.pointer = true;
      }
      marks.remove_prefix(end);
    }
  }

  void set_type(schema_field& out, std::string_view type) {
    constexpr std::array names{"text", "bool",     "int",    "float", "bytes",
                               "time", "quantity", "intstr", "raw",   "texts"};
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (type != names.at(i)) continue;
      out.type = static_cast<field_types>(i);
      return;
    }
    out.type = field_types::message;
    out.message = &message(type);
  }

  std::map<std::string_view, std::unique_ptr<schema_message>> messages_;
  std::vector<const schema_message*> all_;
};

const schema_table& schema() {
  static const schema_table table;
  return table;
}

}  // namespace

const schema_field* schema_message::find(std::string_view field) const noexcept {
  for (const schema_field& entry : fields) {
    if (!entry.inlined && entry.name == field) return &entry;
    if (!entry.inlined) continue;
    if (const schema_field* inner = entry.message->find(field)) return inner;
  }
  return nullptr;
}

const schema_field* schema_message::find_number(std::uint64_t number) const noexcept {
  for (const schema_field& entry : fields) {
    if (entry.number == number) return &entry;
  }
  return nullptr;
}

const schema_message* find_message(std::string_view name) { return schema().find(name); }

const std::vector<const schema_message*>& all_messages() { return schema().all(); }

namespace {

struct group_prefix {
  std::string_view api_version, prefix;
};
constexpr std::array group_prefixes{group_prefix{"v1", "core"},
                                    group_prefix{"apps/v1", "apps"},
                                    group_prefix{"batch/v1", "batch"},
                                    group_prefix{"batch/v1beta1", "batchbeta"},
                                    group_prefix{"rbac.authorization.k8s.io/v1", "rbac"},
                                    group_prefix{"authorization.k8s.io/v1", "authz"},
                                    group_prefix{"authentication.k8s.io/v1", "authn"},
                                    group_prefix{"networking.k8s.io/v1", "net"},
                                    group_prefix{"coordination.k8s.io/v1", "coord"},
                                    group_prefix{"policy/v1beta1", "policy"},
                                    group_prefix{"autoscaling/v1", "scale"},
                                    group_prefix{"storage.k8s.io/v1", "storage"}};

}  // namespace

const schema_message* message_of(const resource_type& type) {
  return message_of_kind(type.api_version(), type.kind);
}

const schema_message* message_of_kind(std::string_view api_version, std::string_view kind) {
  if (kind == "DeleteOptions") return find_message("meta.DeleteOptions");
  for (const group_prefix& row : group_prefixes) {
    if (row.api_version == api_version)
      return find_message(std::string{row.prefix} + "." + std::string{kind});
  }
  return nullptr;
}

}  // namespace kitfox::kube
