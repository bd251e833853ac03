#include "fakes/kube/list_pages.hpp"

#include <array>

#include "fakes/kube/go_text.hpp"
#include "runtime/base64.hpp"

namespace kitfox::kube {

namespace {

constexpr std::string_view token_version = "meta.k8s.io/v1";
constexpr std::string_view continue_expired =
    "The provided continue parameter is too old to display a consistent list result. You can start a new "
    "list "
    "without the continue parameter, or use the continue token in this response to retrieve the remainder of "
    "the results. Continuing with the provided token results in an inconsistent list - objects that were "
    "created, modified, or deleted between the time the first chunk was returned and now may show up in the "
    "list.";

status_error bad_token(const std::string& why) {
  return bad_request("invalid continue token: continue key is not valid: " + why);
}

std::string relative_key(std::string_view key, std::string_view ns) {
  if (!ns.empty()) key.remove_prefix(ns.size() + 1);
  return std::string{key};
}

/// Which state of the store a list shows.
struct snapshot_choice {
  std::uint64_t revision = 0;
  std::string first_key;  ///< Absolute; empty: from the start.
  std::string continue_start;
  bool limited = false;
};

outcome<snapshot_choice> continue_snapshot(const object_store& store, std::string_view ns,
                                           const list_options& options) {
  const auto position = parse_continue(options.continue_token);
  if (!position) return position.error();
  if (!options.resource_version.empty() && options.resource_version != "0") {
    return bad_request("specifying resource version is not allowed when using continue");
  }
  snapshot_choice choice{store.revision(), object_key(ns, position->start), position->start, true};
  if (position->revision < 0) return choice;
  const auto revision = static_cast<std::uint64_t>(position->revision);
  if (revision > store.revision()) return too_large_version(revision, store.revision());
  choice.revision = revision;
  return choice;
}

outcome<snapshot_choice> choose_snapshot(const object_store& store, std::string_view ns,
                                         const list_options& options) {
  if (!options.continue_token.empty()) return continue_snapshot(store, ns, options);
  const auto asked = parse_version(options.resource_version);
  if (!asked) return asked.error();
  snapshot_choice choice{store.revision(), {}, {}, options.limit > 0};
  if (!*asked) return choice;
  const std::uint64_t revision = **asked;
  // "Any state will do" is answered by the watch cache, which knows no pages.
  if (revision == 0) choice.limited = false;
  if (revision > store.revision()) return too_large_version(revision, store.revision());
  const bool legacy_exact = options.match == list_options::version_match::unset && options.limit > 0;
  if (revision > 0 && (options.match == list_options::version_match::exact || legacy_exact)) {
    choice.revision = revision;
  }
  return choice;
}

status_error compacted(const snapshot_choice& choice) {
  if (choice.continue_start.empty()) return expired("The resourceVersion for the provided list is too old.");
  status_error failure = expired(std::string{continue_expired});
  failure.continue_token = print_continue({-1, choice.continue_start});
  return failure;
}

/// Where Go's base64.RawURLEncoding stops: at a character that is none of its own, or at the beginning of a
/// last group of one.
std::size_t illegal_byte(std::string_view token) {
  constexpr std::string_view alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_\r\n";
  const std::size_t at = token.find_first_not_of(alphabet);
  return at != std::string_view::npos ? at : token.size() - token.size() % 4;
}

}  // namespace

std::string print_continue(const continue_position& position) {
  // As Go prints it: fields in order, the closing NUL escaped.
  json start = position.start;
  return runtime::base64url_encode("{\"v\":\"" + std::string{token_version} +
                                   "\",\"rv\":" + std::to_string(position.revision) +
                                   ",\"start\":" + print_json(start) + "}");
}

outcome<continue_position> parse_continue(std::string_view token) {
  const auto text = runtime::base64url_decode(token);
  if (!text) return bad_token("illegal base64 data at input byte " + std::to_string(illegal_byte(token)));
  const auto value = parse_json(*text);
  if (!value || !value->is_object()) return bad_token("not a JSON object");
  const std::string_view version = text_at(*value, {"v"});
  if (version != token_version) {
    return bad_token("server does not recognize this encoded version " + go_quote(version));
  }
  continue_position position{number_at(*value, {"rv"}), std::string{text_at(*value, {"start"})}};
  if (position.revision == 0) {
    return bad_token("incorrect encoded start resourceVersion (version meta.k8s.io/v1)");
  }
  if (position.start.empty()) return bad_token("encoded start key empty (version meta.k8s.io/v1)");
  const std::string_view start = position.start;
  if (start.find("//") != std::string_view::npos || start.find("..") != std::string_view::npos) {
    return bad_token(std::string{start});
  }
  return position;
}

outcome<list_page> list_objects(const object_store& store, const resource_type& type, std::string_view ns,
                                const list_options& options) {
  const auto choice = choose_snapshot(store, ns, options);
  if (!choice) return choice.error();
  const auto objects = store.list_at(type, ns, choice->revision);
  if (!objects) return compacted(*choice);
  const bool limited = choice->limited && options.limit > 0;
  list_page page;
  page.revision = choice->revision;
  std::string last_key;
  auto next = objects->lower_bound(choice->first_key);
  for (; next != objects->end(); ++next) {
    if (limited && page.items.size() >= static_cast<std::size_t>(options.limit)) break;
    last_key = next->first;
    if (options.select(*next->second)) page.items.push_back(next->second);
  }
  if (next == objects->end()) return page;
  page.continue_token = print_continue(
      {static_cast<std::int64_t>(page.revision), relative_key(last_key, ns) + std::string(1, '\0')});
  if (options.labels.empty() && options.fields.empty()) {
    page.remaining_count = std::distance(next, objects->end());
  }
  return page;
}

}  // namespace kitfox::kube
