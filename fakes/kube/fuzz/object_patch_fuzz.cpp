#include <array>
#include <cstdint>
#include <string_view>

#include "fakes/kube/api_server.hpp"
#include "runtime/assert.hpp"

using namespace kitfox::kube;

namespace {

constexpr std::array media_types{"application/json-patch+json", "application/merge-patch+json",
                                 "application/strategic-merge-patch+json"};
constexpr std::size_t merge_patch = 1;
constexpr const char* path = "/apis/apps/v1/namespaces/shop/deployments/web";

const instant noon{kitfox::runtime::mono_time{},
                   kitfox::runtime::wall_time{std::chrono::seconds{1'800'000'000}}};

json deployment() {
  return *parse_json(R"({"apiVersion":"apps/v1","kind":"Deployment",
    "metadata":{"name":"web","namespace":"shop","labels":{"app":"web"},"finalizers":["a.example/x","a.example/y"]},
    "spec":{"replicas":2,"selector":{"matchLabels":{"app":"web"}},"template":{"metadata":{"labels":{"app":"web"}},
      "spec":{"containers":[{"name":"web","image":"web:1","env":[{"name":"A","value":"1"},{"name":"B","value":"2"}],
        "ports":[{"containerPort":80,"protocol":"TCP"}]},{"name":"side","image":"side:1"}],
        "tolerations":[{"key":"k","operator":"Exists"}]}}}})");
}

int status_of_patch(api_server& server, const char* media_type, std::string_view body) {
  kitfox::runtime::http::request request;
  request.method = "PATCH";
  request.target = path;
  request.headers.add("Authorization", "Bearer t");
  request.headers.add("Content-Type", media_type);
  request.body = std::string{body};
  return server.answer_request(request, noon).head.status;
}

object_ptr stored(const api_server& server) {
  return server.objects().find(*find_resource("apps", "v1", "deployments"), "shop", "web");
}

}  // namespace

// The first byte chooses the kind of patch, the rest is its body.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t kind = data[0] % media_types.size();
  const std::string_view body{reinterpret_cast<const char*>(data) + 1, size - 1};
  api_server_options options;
  options.bootstrap = bootstrap_objects::none;
  api_server server{options, noon.wall};
  server.tokens().add_token("t", {"root", {}, {std::string{group_masters}}, {}});
  KITFOX_ASSERT(server.put(deployment(), noon.wall).has_value());
  const object_ptr before = stored(server);
  const int status = status_of_patch(server, media_types[kind], body);
  KITFOX_ASSERT(status == 200 || (status >= 400 && status <= 422) || status == 500);
  const object_ptr after = stored(server);
  if (!after) return 0;  // it took away the last finalizer of what it marked
  KITFOX_ASSERT(status == 200 || after->revision == before->revision);
  for (const char* field : {"name", "namespace", "uid", "creationTimestamp"}) {
    KITFOX_ASSERT(after->body["metadata"][field] == before->body["metadata"][field]);
  }
  // RFC 7396 §2: the same once more changes nothing, unless it names the version that it was for.
  if (status != 200 || kind != merge_patch || body.find("resourceVersion") != std::string_view::npos)
    return 0;
  const bool again = status_of_patch(server, media_types[kind], body) == 200;
  KITFOX_ASSERT(again && stored(server)->revision == after->revision);
  return 0;
}
