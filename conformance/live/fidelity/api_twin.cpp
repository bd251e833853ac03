#include "conformance/live/fidelity/api_twin.hpp"

#include <regex>

#include "conformance/live/rbac_marker.hpp"

namespace kitfox::conformance {

using nlohmann::json;
namespace http = runtime::http;

namespace {

constexpr const char* fake_administrator = "administrator-of-the-twin";

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
}

/// Several roles that are not found: a real server names them in the order of a Go map.
void sort_reasons(std::string& text) {
  constexpr std::string_view head = "RBAC: [";
  std::vector<std::string> parts;
  const std::size_t at = text.find(head);
  if (at == std::string::npos) return;
  std::string_view rest = std::string_view{text}.substr(at + head.size());
  if (rest.ends_with(']')) rest.remove_suffix(1);
  while (!rest.empty()) {
    const std::size_t comma = rest.find(", ");
    parts.emplace_back(rest.substr(0, comma));
    rest = comma == std::string_view::npos ? std::string_view{} : rest.substr(comma + 2);
  }
  std::sort(parts.begin(), parts.end());
  text.resize(at + head.size());
  for (const std::string& part : parts) text += part + ", ";
}

class fake_twin final : public api_twin {
 public:
  explicit fake_twin(runtime::clock& time) : clock_{time}, server_{options(), time.wall_now()} {
    kube::user_identity administrator;
    administrator.name = "admin";
    administrator.groups = {"system:masters"};
    server_.tokens().add_token(fake_administrator, std::move(administrator));
  }
  [[nodiscard]] const char* name() const override { return "fake"; }
  runtime::task<runtime::error_code> settle() override { co_return runtime::error_code{}; }

 private:
  static kube::api_server_options options() {
    kube::api_server_options out;
    out.controllers = kube::cluster_controllers::none;
    return out;
  }
  runtime::task<runtime::result<http::response>> send(http::request message) override {
    message.headers.add("Authorization", std::string{"Bearer "} + fake_administrator);
    const kube::instant now{clock_.now(), clock_.wall_now()};
    kube::api_answer answer = server_.answer_request(message, now);
    while (answer.stream) {
      const kube::stream_step step = answer.stream->next(now);
      if (step.kind != kube::stream_step::kinds::send) break;
      answer.head.body += step.bytes;
    }
    co_return std::move(answer.head);
  }
  runtime::clock& clock_;
  kube::api_server server_;
};

class real_twin final : public api_twin {
 public:
  real_twin(runtime::host& on, std::unique_ptr<kube_admin> admin)
      : admin_{std::move(admin)}, marker_{on, *admin_, "default"} {}
  [[nodiscard]] const char* name() const override { return "real"; }
  runtime::task<runtime::error_code> settle() override { co_return co_await marker_.settle(); }

 private:
  runtime::task<runtime::result<http::response>> send(http::request message) override {
    co_return co_await admin_->ask(std::move(message));
  }
  std::unique_ptr<kube_admin> admin_;
  rbac_marker marker_;
};

}  // namespace

std::string api_twin::resolved(std::string text) const {
  for (const auto& [placeholder, value] : said_) replace_all(text, placeholder, value);
  static const std::regex unknown{"<(rv|uid|continue)[^>]*>"};
  return std::regex_replace(text, unknown, "0");
}

void api_twin::remember(const json& body, const std::string& kind) {
  if (!body.is_object() || !body.contains("metadata") || !body["metadata"].is_object()) return;
  const json& metadata = body["metadata"];
  if (metadata.contains("continue"))
    said_["<continue>"] = http::percent_encode(metadata.value("continue", ""));
  if (kind.ends_with("List") && body.contains("items")) {
    said_.emplace("<start>", metadata.value("resourceVersion", "0"));
    for (const json& one : body["items"]) remember(one, kind.substr(0, kind.size() - 4));
    return;
  }
  const std::string name = kind + "/" + metadata.value("name", "");
  said_["<rv " + name + ">"] = metadata.value("resourceVersion", "0");
  said_["<uid " + name + ">"] = metadata.value("uid", "0");
}

void api_twin::normalize_text(std::string& text, const std::string& key) {
  static const std::regex uid{"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"};
  static const std::regex age{"^[0-9]+s$"}, number{"[0-9]+"}, made_up{"gen-[a-z0-9]{5}"},
      instant{"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z"};
  // Of a table's columns: pages of documentation, which the fake has words of its own for.
  if (key == "description") text = "<description>";
  if (key == "continue") text = "<continue>";
  if (key == "creationTimestamp" || key == "deletionTimestamp" || key == "time") text = "<time>";
  sort_reasons(text);
  text = std::regex_replace(text, uid, "<uid>");
  text = std::regex_replace(text, made_up, "gen-<made up>");
  text = std::regex_replace(text, instant, "<time>");
  text = std::regex_replace(text, age, "<age>");
  if (key == "message" && text.find("ersion") != std::string::npos)
    text = std::regex_replace(text, number, "<number>");
}

void api_twin::normalize(json& value, const std::string& key, bool in_list_head) {
  if (value.is_string()) {
    auto& text = value.get_ref<std::string&>();
    if (key == "resourceVersion") {
      // Which writes gave a new version counts; the number does not, since etcd counts other writes too.
      const std::size_t order = versions_.emplace(text, versions_.size() + 1).first->second;
      text = in_list_head ? "<rv>" : "<rv " + std::to_string(order) + ">";
    } else {
      normalize_text(text, key);
    }
    return;
  }
  if (value.is_array()) {
    for (json& one : value) normalize(one, key, false);
  } else if (value.is_object()) {
    const bool list = value.value("kind", json{}).is_string() &&
                      (value["kind"].get<std::string>().ends_with("List") || value["kind"] == "Table");
    for (auto& [inner, one] : value.items()) {
      if (one.is_string() && in_list_head && inner == "resourceVersion")
        one = "<rv>";
      else
        normalize(one, inner, list && inner == "metadata");
    }
  }
}

json api_twin::normalized(std::string_view text) {
  json body = json::parse(text, nullptr, false);
  if (body.is_discarded()) {
    // Of a watch: one object a line.
    json events = json::array();
    while (!text.empty()) {
      const std::size_t end = text.find('\n');
      json one = json::parse(text.substr(0, end), nullptr, false);
      if (one.is_discarded()) return std::string{text};
      normalize(one, {}, false);
      events.push_back(std::move(one));
      text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
    }
    return events;
  }
  if (body.is_object()) remember(body, body.value("kind", ""));
  normalize(body, {}, false);
  return body;
}

runtime::task<runtime::result<json>> api_twin::ask(twin_request what) {
  http::request message;
  message.method = what.method;
  message.target = resolved(what.target);
  message.headers.add("Accept", what.accept);
  message.headers.add("User-Agent", "twin/1");
  if (!what.content_type.empty()) message.headers.add("Content-Type", what.content_type);
  if (!what.user.empty()) message.headers.add("Impersonate-User", what.user);
  for (const std::string& group : what.groups) message.headers.add("Impersonate-Group", group);
  message.body = resolved(what.body);
  const auto answer = co_await send(std::move(message));
  if (!answer) co_return answer.error();
  if (what.rights == twin_request::policy::changed && answer->status < 300) {
    const runtime::error_code failure = co_await settle();
    if (failure) co_return failure;
  }
  json out{{"status", answer->status}};
  out["body"] = normalized(answer->body);
  co_return runtime::result<json>{std::move(out)};
}

std::unique_ptr<api_twin> make_fake_twin(runtime::clock& time) { return std::make_unique<fake_twin>(time); }

runtime::result<std::unique_ptr<api_twin>> make_real_twin(runtime::host& on,
                                                          const agent::kube_access& access) {
  auto admin = kube_admin::make(on, access);
  if (!admin) return admin.error();
  return std::unique_ptr<api_twin>{std::make_unique<real_twin>(on, std::move(*admin))};
}

}  // namespace kitfox::conformance
