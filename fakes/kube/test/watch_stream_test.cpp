#include "fakes/kube/watch_stream.hpp"

#include <gtest/gtest.h>

#include <map>

#include "fakes/kube/test/server_fixture.hpp"
#include "runtime/entropy.hpp"

namespace kitfox::kube {
namespace {

using namespace std::chrono_literals;
using test::seen;
using test::server_fixture;

struct watch_bench : server_fixture {
  explicit watch_bench(api_server_options options = {}) : server_fixture{std::move(options)} {
    load("{apiVersion: v1, kind: Namespace, metadata: {name: 'n'}}");
  }
  void put(const std::string& name, const std::string& value, const char* label = "yes") {
    const json map{{"kind", "ConfigMap"},
                   {"apiVersion", "v1"},
                   {"metadata", {{"name", name}, {"namespace", "n"}, {"labels", {{"sel", label}}}}},
                   {"data", {{"k", value}}}};
    ASSERT_TRUE(server.put(map, now.wall).has_value());
  }
  void remove(const std::string& name) { ASSERT_FALSE(server.remove("configmaps", "n", name)); }
  api_answer watch(const std::string& query) { return start(request("/api/v1/configmaps?watch=1&" + query)); }
  [[nodiscard]] std::string revision() const { return std::to_string(server.objects().revision()); }
};

std::string summary(const seen& read) {
  std::string out;
  for (const json& event : read.events()) {
    out += event["type"].get<std::string>() + ":" +
           std::string{text_at(event, {"object", "metadata", "name"})} + "=" +
           std::string{text_at(event, {"object", "data", "k"})} + " ";
  }
  return out;
}

TEST(WatchStream, SendsWhatHappensAfterARevisionOnceAndInOrder) {
  watch_bench with;
  with.put("a", "1");
  const std::string from = with.revision();
  with.put("a", "2");
  api_answer watch = with.watch("resourceVersion=" + from);
  EXPECT_EQ(summary(with.read(watch)), "MODIFIED:a=2 ");
  with.put("b", "1");
  with.remove("a");
  EXPECT_EQ(summary(with.read(watch)), "ADDED:b=1 DELETED:a=2 ");
  EXPECT_EQ(summary(with.read(watch)), "");
}

TEST(WatchStream, SendsTheStateFirstWithoutARevision) {
  watch_bench with;
  with.put("a", "1");
  with.put("b", "1", "no");
  for (const char* query : {"", "resourceVersion=0"}) {
    api_answer watch = with.watch(query);
    EXPECT_EQ(summary(with.read(watch)), "ADDED:a=1 ADDED:b=1 ") << query;
  }
}

TEST(WatchStream, TurnsSelectorTransitionsIntoAddedAndDeleted) {
  watch_bench with;
  api_answer watch = with.watch("labelSelector=sel%3Dyes&resourceVersion=" + with.revision());
  with.put("a", "1", "no");
  with.put("a", "2", "yes");
  with.put("a", "3", "yes");
  with.put("a", "4", "no");
  with.remove("a");
  const seen read = with.read(watch);
  EXPECT_EQ(summary(read), "ADDED:a=2 MODIFIED:a=3 DELETED:a=3 ");
  EXPECT_EQ(text_at(read.events().back(), {"object", "metadata", "resourceVersion"}),
            std::to_string(with.server.objects().revision() - 1))
      << "a deletion carries the revision at which the object was lost from sight";
}

TEST(WatchStream, TellsASlowReaderThatItsPlaceIsGone) {
  api_server_options options;
  options.limits.store.history_changes_max = 4;
  watch_bench with{std::move(options)};
  api_answer watch = with.watch("resourceVersion=" + with.revision());
  for (int i = 0; i < 5; ++i) with.put("a", std::to_string(i));
  const seen read = with.read(watch);
  ASSERT_EQ(read.events().size(), 1U);
  EXPECT_EQ(read.events()[0]["type"], "ERROR");
  EXPECT_EQ(read.events()[0]["object"]["code"], 410);
  EXPECT_EQ(read.ending, seen::endings::whole);
  EXPECT_EQ(read.status, 200);
}

TEST(WatchStream, OfAQuietKindSurvivesAnyHistory) {
  api_server_options options;
  options.limits.store.history_changes_max = 4;
  watch_bench with{std::move(options)};
  api_answer watch = with.start(with.request("/api/v1/pods?watch=1&resourceVersion=" + with.revision()));
  for (int i = 0; i < 20; ++i) {
    with.put("a", std::to_string(i));
    EXPECT_EQ(with.read(watch).ending, seen::endings::open) << i;
  }
}

TEST(WatchStream, EndsInOrderAtItsTimeout) {
  watch_bench with;
  api_answer watch = with.watch("timeoutSeconds=10&resourceVersion=" + with.revision());
  const stream_step waiting = watch.stream->next(with.now);
  EXPECT_EQ(waiting.kind, stream_step::kinds::wait);
  EXPECT_EQ(waiting.until, with.now.mono + 10s);
  with.sleep(10s);
  EXPECT_EQ(watch.stream->next(with.now).kind, stream_step::kinds::end);
  api_answer endless = with.watch("timeoutSeconds=999999999999");
  EXPECT_GT(endless.stream->next(with.now).until, with.now.mono);
}

TEST(WatchStream, SendsBookmarksOnlyWhenAsked) {
  watch_bench with;
  const std::string from = "&timeoutSeconds=90&resourceVersion=" + with.revision();
  api_answer with_marks = with.watch("allowWatchBookmarks=true&labelSelector=sel%3Dnone" + from);
  api_answer without = with.watch("labelSelector=sel%3Dnone" + from);
  EXPECT_EQ(with.read(with_marks).body, "");
  with.put("a", "1");
  with.sleep(1min);
  const seen read = with.read(with_marks);
  ASSERT_EQ(read.events().size(), 1U);
  EXPECT_EQ(read.events()[0]["type"], "BOOKMARK");
  EXPECT_EQ(read.events()[0]["object"]["metadata"],
            (json{{"resourceVersion", with.revision()}, {"creationTimestamp", nullptr}}));
  EXPECT_EQ(with.read(without).body, "");
  EXPECT_EQ(with_marks.stream->next(with.now).until, with.now.mono + 28s)
      << "once more shortly before the end";
}

TEST(WatchStream, ServesInitialEventsWhereSupported) {
  api_server_options options;
  options.watch_list = watch_list_support::served;
  watch_bench with{std::move(options)};
  with.put("a", "1");
  api_answer watch = with.watch(
      "sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&resourceVersion=");
  const seen read = with.read(watch);
  ASSERT_EQ(read.events().size(), 2U) << read.body;
  EXPECT_EQ(read.events()[0]["type"], "ADDED");
  EXPECT_EQ(read.events()[1]["object"]["metadata"]["annotations"]["k8s.io/initial-events-end"], "true");
  EXPECT_EQ(with.get("/api/v1/configmaps?watch=1&sendInitialEvents=true").status, 422);
  EXPECT_EQ(with.get("/api/v1/configmaps?sendInitialEvents=true").status, 422);
}

TEST(WatchStream, SendsLargeStatesInBoundedSteps) {
  api_server_options options;
  options.limits.watch.step_bytes_max = 2'000;
  watch_bench with{std::move(options)};
  for (int i = 0; i < 50; ++i) with.put("m" + std::to_string(i), std::string(300, 'x'));
  api_answer watch = with.watch("");
  std::size_t steps = 0;
  for (stream_step step = watch.stream->next(with.now); step.kind == stream_step::kinds::send;
       step = watch.stream->next(with.now)) {
    EXPECT_LT(step.bytes.size(), 3'000U);
    ++steps;
  }
  EXPECT_GT(steps, 10U);
}

// Writers, and watchers that stop reading and come back: folding what a watcher got over what it listed
// always gives the list.
TEST(WatchStream, LosesAndRepeatsNothingUnderRandomWrites) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    watch_bench with;
    const auto random = runtime::make_seeded_entropy(seed);
    struct watcher {
      std::map<std::string, std::string> state;
      std::string revision;
      std::optional<api_answer> answer;
    };
    std::vector<watcher> watchers(4);
    const auto fold = [&](watcher& one) {
      for (const json& event : with.read(*one.answer).events()) {
        const std::string name = event["object"]["metadata"]["name"];
        const std::string revision = event["object"]["metadata"]["resourceVersion"];
        EXPECT_GT(std::stoull(revision), std::stoull(one.revision)) << "revisions rise";
        one.revision = revision;
        const bool there = one.state.contains(name);
        EXPECT_EQ(event["type"] == "ADDED", !there) << event;
        if (event["type"] == "DELETED") {
          one.state.erase(name);
        } else {
          one.state[name] = event["object"]["data"]["k"];
        }
      }
    };
    for (int step = 0; step < 200; ++step) {
      const std::string name = "m" + std::to_string(random->below(6));
      const bool there =
          with.server.objects().find(*find_resource("", "v1", "configmaps"), "n", name) != nullptr;
      if (there && random->below(4) == 0) {
        with.remove(name);
      } else {
        with.put(name, std::to_string(random->below(5)));
      }
      watcher& one = watchers[random->below(watchers.size())];
      if (!one.answer) {
        if (one.revision.empty()) {
          const json list = with.get("/api/v1/configmaps").value();
          one.revision = list["metadata"]["resourceVersion"];
          for (const json& item : list["items"]) one.state[item["metadata"]["name"]] = item["data"]["k"];
        }
        one.answer = with.watch("resourceVersion=" + one.revision);
      }
      fold(one);
      if (random->below(5) == 0) one.answer.reset();
    }
    std::map<std::string, std::string> truth;
    const json list = with.get("/api/v1/configmaps").value();
    for (const json& item : list["items"]) {
      truth[item["metadata"]["name"]] = item["data"]["k"];
    }
    for (watcher& one : watchers) {
      if (one.revision.empty()) continue;
      if (!one.answer) one.answer = with.watch("resourceVersion=" + one.revision);
      fold(one);
      EXPECT_EQ(one.state, truth) << "seed " << seed;
    }
  }
}

}  // namespace
}  // namespace kitfox::kube
