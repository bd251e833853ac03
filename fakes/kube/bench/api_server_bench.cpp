#include <benchmark/benchmark.h>
#include <malloc.h>

#include <fstream>

#include "fakes/kube/api_server.hpp"

namespace kitfox::kube {
namespace {

const instant now{runtime::mono_time{}, runtime::wall_time{std::chrono::seconds{1'800'000'000}}};

void fill(api_server& server, std::size_t pods) {
  server.tokens().add_token("t", {"root", {}, {std::string{group_masters}}, {}});
  for (std::size_t i = 0; i < pods; ++i) {
    const json pod{{"kind", "Pod"},
                   {"apiVersion", "v1"},
                   {"metadata",
                    {{"name", "pod-" + std::to_string(i)},
                     {"namespace", "shop"},
                     {"labels", {{"app", "a" + std::to_string(i % 50)}, {"tier", "backend"}}}}},
                   {"spec", {{"nodeName", "n"}, {"containers", {{{"name", "app"}, {"image", "app:1.0"}}}}}},
                   {"status", {{"phase", "Running"}, {"podIP", "10.0.0.1"}}}};
    benchmark::DoNotOptimize(server.put(pod, now.wall).has_value());
  }
}

runtime::http::request get(std::string target, const char* accept) {
  runtime::http::request request;
  request.target = std::move(target);
  request.headers.add("Authorization", "Bearer t");
  request.headers.add("Accept", accept);
  return request;
}

void ask(benchmark::State& state, std::string target, const char* accept) {
  api_server server{{}, now.wall};
  fill(server, static_cast<std::size_t>(state.range(0)));
  const runtime::http::request request = get(std::move(target), accept);
  std::size_t bytes = 0;
  for (auto _ : state) bytes += server.answer_request(request, now).head.body.size();
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes));
}

void list_pods(benchmark::State& state) { ask(state, "/api/v1/pods", "application/json"); }
BENCHMARK(list_pods)->Arg(10'000)->Unit(benchmark::kMillisecond);

void list_pods_table(benchmark::State& state) {
  ask(state, "/api/v1/pods", "application/json;as=Table;v=v1;g=meta.k8s.io");
}
BENCHMARK(list_pods_table)->Arg(10'000)->Unit(benchmark::kMillisecond);

void list_pods_by_label(benchmark::State& state) {
  ask(state, "/api/v1/pods?labelSelector=app%3Da7", "application/json");
}
BENCHMARK(list_pods_by_label)->Arg(10'000)->Unit(benchmark::kMillisecond);

void get_pod(benchmark::State& state) {
  ask(state, "/api/v1/namespaces/shop/pods/pod-7", "application/json");
}
BENCHMARK(get_pod)->Arg(10'000)->Unit(benchmark::kMicrosecond);

// One change, until every watch has it.
void tell_watchers(benchmark::State& state) {
  api_server server{{}, now.wall};
  fill(server, 100);
  std::vector<api_answer> watches(static_cast<std::size_t>(state.range(0)));
  for (api_answer& watch : watches) {
    watch = server.answer_request(get("/api/v1/namespaces/shop/pods?watch=1&resourceVersion=" +
                                          std::to_string(server.objects().revision()),
                                      "application/json"),
                                  now);
  }
  json pod = server.objects().find(*find_resource("", "v1", "pods"), "shop", "pod-0")->body;
  std::int64_t changes = 0;
  std::size_t events = 0;
  for (auto _ : state) {
    pod["metadata"]["labels"]["change"] = std::to_string(++changes);
    benchmark::DoNotOptimize(server.put(pod, now.wall).has_value());
    for (api_answer& watch : watches) {
      while (watch.stream->next(now).kind == stream_step::kinds::send) ++events;
    }
  }
  if (events != static_cast<std::size_t>(changes * state.range(0)))
    state.SkipWithError("an event is missing");
}
BENCHMARK(tell_watchers)->Arg(200)->Unit(benchmark::kMicrosecond);

double resident_mib() {
  malloc_trim(0);
  std::size_t program = 0;
  std::size_t resident = 0;
  std::ifstream{"/proc/self/statm"} >> program >> resident;
  return static_cast<double>(resident) * 4096 / (1024 * 1024);
}

// How much resident memory pods take, as a counter; the time is that of writing them.
void hold_pods(benchmark::State& state) {
  for (auto _ : state) {
    const double before = resident_mib();
    api_server server{{}, now.wall};
    fill(server, static_cast<std::size_t>(state.range(0)));
    state.counters["MiB"] = resident_mib() - before;
  }
}
BENCHMARK(hold_pods)->Arg(0)->Arg(10'000)->Iterations(1)->Unit(benchmark::kMillisecond);

void start_server(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(std::make_unique<api_server>(api_server_options{}, now.wall));
}
BENCHMARK(start_server)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace kitfox::kube
