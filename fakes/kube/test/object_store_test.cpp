#include "fakes/kube/object_store.hpp"

#include <gtest/gtest.h>

#include "fakes/kube/go_text.hpp"
#include "fakes/kube/list_pages.hpp"

namespace kitfox::kube {
namespace {

const resource_type& maps() { return *find_resource("", "v1", "configmaps"); }
const resource_type& deployments() { return *find_resource("apps", "v1", "deployments"); }

json map(const char* ns, const char* name, const char* value = "1") {
  return {{"kind", "ConfigMap"},
          {"apiVersion", "v1"},
          {"metadata", {{"name", name}, {"namespace", ns}}},
          {"data", {{"k", value}}}};
}

const runtime::wall_time noon = *parse_time("2026-11-22T12:00:00Z");

object_ptr add(object_store& store, json object) {
  const auto stored = store.create(maps(), std::move(object), noon);
  EXPECT_TRUE(stored.has_value());
  return stored ? *stored : nullptr;
}

std::string names(const object_store::object_map& objects) {
  std::string out;
  for (const auto& [key, object] : objects) out += key + " ";
  return out;
}

TEST(ObjectStore, CountsOneRevisionForAllKinds) {
  object_store store;
  const object_ptr first = add(store, map("a", "x"));
  const auto other = store.create(
      deployments(),
      {{"kind", "Deployment"}, {"apiVersion", "apps/v1"}, {"metadata", {{"name", "d"}, {"namespace", "a"}}}},
      noon);
  ASSERT_TRUE(other.has_value());
  EXPECT_EQ(first->revision + 1, (*other)->revision);
  EXPECT_EQ(text_at(first->body, {"metadata", "resourceVersion"}), std::to_string(first->revision));
  EXPECT_EQ(text_at(first->body, {"metadata", "creationTimestamp"}), "2026-11-22T12:00:00Z");
  EXPECT_NE(text_at(first->body, {"metadata", "uid"}), text_at((*other)->body, {"metadata", "uid"}));
  EXPECT_EQ(text_at(first->body, {"metadata", "uid"}).size(), 36U);
  EXPECT_EQ(store.create(maps(), map("a", "x"), noon).error(), errc::already_exists);
  EXPECT_EQ(store.revision(), (*other)->revision) << "a failed write takes no revision";
}

TEST(ObjectStore, ReplacingKeepsIdentityAndIgnoresWritesThatChangeNothing) {
  object_store store;
  const object_ptr first = add(store, map("a", "x"));
  const auto same = store.replace(maps(), map("a", "x"));
  ASSERT_TRUE(same.has_value());
  EXPECT_EQ((*same)->body, first->body);
  EXPECT_EQ(store.revision(), first->revision) << "it takes no revision";
  const auto changed = store.replace(maps(), map("a", "x", "2"));
  ASSERT_TRUE(changed.has_value());
  EXPECT_EQ((*changed)->revision, first->revision + 1);
  EXPECT_EQ(text_at((*changed)->body, {"metadata", "uid"}), text_at(first->body, {"metadata", "uid"}));
  EXPECT_EQ(text_at(first->body, {"data", "k"}), "1") << "stored objects never change";
  EXPECT_EQ(store.replace(maps(), map("a", "none")).error(), errc::not_found);
}

TEST(ObjectStore, CountsGenerationsOfSpecsOnly) {
  object_store store;
  json deployment{{"kind", "Deployment"},
                  {"apiVersion", "apps/v1"},
                  {"metadata", {{"name", "d"}, {"namespace", "a"}}},
                  {"spec", {{"replicas", 1}}}};
  ASSERT_TRUE(store.create(deployments(), deployment, noon).has_value());
  deployment["status"] = {{"replicas", 1}};
  EXPECT_EQ(number_at((*store.replace(deployments(), deployment))->body, {"metadata", "generation"}), 1);
  deployment["spec"]["replicas"] = 2;
  EXPECT_EQ(number_at((*store.replace(deployments(), deployment))->body, {"metadata", "generation"}), 2);
}

TEST(ObjectStore, SaysWhatAReplacementWouldMake) {
  object_store store;
  json body{{"metadata", {{"name", "d"}, {"namespace", "a"}}}, {"spec", {{"replicas", 1}}}};
  const json before = (*store.create(deployments(), body, noon))->body;
  json labelled = body;
  labelled["metadata"]["labels"] = {{"k", "v"}};
  EXPECT_EQ(number_at(object_store::as_replaced(deployments(), before, labelled), {"metadata", "generation"}),
            1);
  body["spec"]["replicas"] = 2;
  const json shown = object_store::as_replaced(deployments(), before, body);
  EXPECT_EQ(number_at(shown, {"metadata", "generation"}), 2);
  EXPECT_EQ(shown["metadata"]["resourceVersion"], before["metadata"]["resourceVersion"]);
  EXPECT_EQ(shown["metadata"]["uid"], before["metadata"]["uid"]);
  EXPECT_EQ(store.find(deployments(), "a", "d")->body, before);
}

TEST(ObjectStore, DeletionTakesARevisionAndYieldsTheLastState) {
  object_store store;
  const object_ptr first = add(store, map("a", "x"));
  const auto last = store.remove(maps(), "a", "x");
  ASSERT_TRUE(last.has_value());
  EXPECT_EQ((*last)->revision, first->revision + 1);
  EXPECT_EQ(text_at((*last)->body, {"data", "k"}), "1");
  EXPECT_EQ(store.find(maps(), "a", "x"), nullptr);
  EXPECT_EQ(store.remove(maps(), "a", "x").error(), errc::not_found);
}

TEST(ObjectStore, ListsByKeyAndAsItWas) {
  object_store store;
  for (const char* ns : {"a-b", "a", "b"}) add(store, map(ns, "x"));
  EXPECT_EQ(names(store.list(maps(), "")), "a-b/x a/x b/x ") << "in the order of etcd's keys";
  EXPECT_EQ(names(store.list(maps(), "a")), "a/x ");
  const std::uint64_t before = store.revision();
  ASSERT_TRUE(store.remove(maps(), "a", "x").has_value());
  ASSERT_TRUE(store.replace(maps(), map("b", "x", "2")).has_value());
  add(store, map("c", "x"));
  EXPECT_EQ(names(store.list(maps(), "")), "a-b/x b/x c/x ");
  const auto then = store.list_at(maps(), "", before);
  ASSERT_TRUE(then.has_value());
  EXPECT_EQ(names(*then), "a-b/x a/x b/x ");
  EXPECT_EQ(then->at("b/x")->at({"data", "k"}).string(), "1");
  EXPECT_EQ(names(*store.list_at(maps(), "b", before)), "b/x ");
}

TEST(ObjectStore, KeepsABoundedHistory) {
  object_store store{{.history_changes_max = 3}};
  for (const char* name : {"a", "b", "c", "d", "e"}) add(store, map("n", name));
  EXPECT_EQ(store.oldest_revision(), store.revision() - 3);
  EXPECT_FALSE(store.list_at(maps(), "", store.oldest_revision() - 1).has_value());
  EXPECT_EQ(names(*store.list_at(maps(), "", store.oldest_revision())), "n/a n/b ");
  const store_change* next = store.next_change(maps(), store.oldest_revision());
  ASSERT_NE(next, nullptr);
  EXPECT_EQ(next->object->at({"metadata", "name"}).string(), "c");
  EXPECT_EQ(store.next_change(deployments(), store.oldest_revision()), nullptr);
  store.compact();
  EXPECT_EQ(store.oldest_revision(), store.revision());
}

TEST(ObjectStore, IsBounded) {
  object_store store{{.objects_max = 2}};
  add(store, map("n", "a"));
  add(store, map("n", "b"));
  EXPECT_EQ(store.create(maps(), map("n", "c"), noon).error(), errc::store_full);
  ASSERT_TRUE(store.remove(maps(), "n", "a").has_value());
  EXPECT_TRUE(store.create(maps(), map("n", "c"), noon).has_value());
}

TEST(ObjectStore, TellsItsListenerOnceTheChangeIsVisible) {
  object_store store;
  std::string heard;
  store.on_change([&](const store_change& change) {
    const bool there = store.find(maps(), "n", "a") != nullptr;
    heard += std::to_string(static_cast<int>(change.kind)) + (there ? "+ " : "- ");
  });
  add(store, map("n", "a"));
  ASSERT_TRUE(store.replace(maps(), map("n", "a", "2")).has_value());
  ASSERT_TRUE(store.replace(maps(), map("n", "a", "2")).has_value());
  ASSERT_TRUE(store.remove(maps(), "n", "a").has_value());
  EXPECT_EQ(heard, "0+ 1+ 2- ");
}

TEST(KeptObject, IsTheSameWhenOpenedAgain) {
  json body = map("a", "x", "a \"quoted\\\\\" word, {not} [nested]");
  body["metadata"]["labels"] = {{"k8s.io/app", "cart"}, {"n", "3"}};
  body["metadata"]["managedFields"] =
      json::array({{{"manager", "m"}, {"fieldsV1", {{"f:data", json::object()}}}}});
  body["metadata"]["ownerReferences"] = json::array({{{"uid", "u"}, {"controller", true}}});
  body["numbers"] = {1, -2.5, nullptr, false};
  const json whole = body;
  const kept_object kept{maps(), body, 7};
  EXPECT_EQ(body, whole) << "what is kept of it leaves it as it was";
  EXPECT_EQ(kept.open()->body, whole);
  EXPECT_EQ(kept.open()->revision, 7U);
  EXPECT_EQ(json::parse(kept.text()), whole);
  json unmanaged = whole;
  unmanaged["metadata"]["managedFields"] = nullptr;
  EXPECT_EQ(kept.open_unmanaged(), unmanaged);
  json item = whole;
  item.erase("kind");
  item.erase("apiVersion");
  EXPECT_EQ(json::parse(kept.item_text()), item);
}

TEST(KeptObject, FindsEveryValueByItsPath) {
  json body = map("a", "x", "a \"quoted\\\\\" word, {not} [nested]");
  body["data"]["empty"] = "";
  body["spec"] = {{"containers", json::array({{{"name", "a}"}}})}, {"replicas", 12}, {"paused", true}};
  const kept_object kept{maps(), body, 1};
  for (const auto& [field, inner] : body.items()) {
    if (field == "kind" || field == "apiVersion") continue;
    EXPECT_EQ(kept.at({field}).value(), inner) << field;
    for (const auto& [name, value] : inner.items()) EXPECT_EQ(kept.at({field, name}).value(), value) << name;
  }
  EXPECT_EQ(kept.at({"data", "k"}).string(), body["data"]["k"]);
  EXPECT_EQ(kept.at({"spec", "replicas"}).string(), "") << "a number is no string";
  for (const std::initializer_list<std::string_view> path : {std::initializer_list<std::string_view>{"none"},
                                                             {"data", "none"},
                                                             {"data", "k", "deeper"},
                                                             {"spec", "replicas", "x"}}) {
    EXPECT_TRUE(kept.at(path).empty());
    EXPECT_TRUE(kept.at(path).value().is_null());
  }
}

list_options options(const char* query) {
  const auto target = runtime::http::split_target(std::string{"/?"} + query);
  const auto parsed = parse_list_options(maps(), *target, list_or_watch::list, watch_list_support::rejected);
  EXPECT_TRUE(parsed.has_value()) << query;
  return *parsed;
}

std::string names(const list_page& page) {
  std::string out;
  for (const kept_ptr& object : page.items) out += object->at({"metadata", "name"}).string() + " ";
  return out;
}

TEST(ListPages, AreASnapshotWhateverIsWrittenBetweenThem) {
  object_store store;
  for (const char* name : {"a", "b", "c", "d", "e"}) add(store, map("n", name));
  const auto first = list_objects(store, maps(), "n", options("limit=2"));
  ASSERT_TRUE(first.has_value());
  EXPECT_EQ(names(*first), "a b ");
  EXPECT_EQ(first->remaining_count, 3);
  ASSERT_TRUE(store.remove(maps(), "n", "c").has_value());
  add(store, map("n", "bb"));
  const auto second =
      list_objects(store, maps(), "n", options(("limit=2&continue=" + first->continue_token).c_str()));
  ASSERT_TRUE(second.has_value());
  EXPECT_EQ(names(*second), "c d ");
  EXPECT_EQ(second->revision, first->revision);
  EXPECT_EQ(second->remaining_count, 1);
  const auto third =
      list_objects(store, maps(), "n", options(("limit=2&continue=" + second->continue_token).c_str()));
  ASSERT_TRUE(third.has_value());
  EXPECT_EQ(names(*third), "e ");
  EXPECT_EQ(third->continue_token, "");
  EXPECT_EQ(third->remaining_count, std::nullopt);
}

// Every page size yields every object once, in order.
TEST(ListPages, CoverEverythingOnceAtEveryPageSize) {
  object_store store;
  std::string all;
  for (int i = 0; i < 23; ++i) {
    const std::string name = "m" + std::to_string(100 + i);
    add(store, map(i % 2 == 0 ? "n" : "o", name.c_str()));
  }
  for (const auto& [key, object] : store.list(maps(), ""))
    all += object->at({"metadata", "name"}).string() + " ";
  for (int size = 1; size <= 24; ++size) {
    std::string seen;
    std::string token;
    int pages = 0;
    do {
      const auto page = list_objects(
          store, maps(), "", options(("limit=" + std::to_string(size) + "&continue=" + token).c_str()));
      ASSERT_TRUE(page.has_value());
      seen += names(*page);
      token = page->continue_token;
      ++pages;
    } while (!token.empty());
    EXPECT_EQ(seen, all) << size;
    EXPECT_EQ(pages, (23 + size - 1) / size);
  }
}

TEST(ListPages, SelectorsHideTheRemainingCountAndCountOnlyMatches) {
  object_store store;
  for (const char* name : {"a", "b", "c", "d"}) add(store, map("n", name));
  const auto page = list_objects(store, maps(), "n", options("limit=1&fieldSelector=metadata.name%21%3Da"));
  ASSERT_TRUE(page.has_value());
  EXPECT_EQ(names(*page), "b ");
  EXPECT_NE(page->continue_token, "");
  EXPECT_EQ(page->remaining_count, std::nullopt);
}

TEST(ListPages, OfACompactedRevisionGoOnInconsistently) {
  object_store store;
  for (const char* name : {"a", "b", "c"}) add(store, map("n", name));
  const auto first = list_objects(store, maps(), "n", options("limit=1"));
  ASSERT_TRUE(store.remove(maps(), "n", "b").has_value());
  store.compact();
  const auto refused =
      list_objects(store, maps(), "n", options(("limit=1&continue=" + first->continue_token).c_str()));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, 410);
  const auto resumed = list_objects(store, maps(), "n",
                                    options(("limit=1&continue=" + refused.error().continue_token).c_str()));
  ASSERT_TRUE(resumed.has_value());
  EXPECT_EQ(names(*resumed), "c ");
  const auto exact = list_objects(
      store, maps(), "n",
      options(("resourceVersionMatch=Exact&resourceVersion=" + std::to_string(first->revision)).c_str()));
  EXPECT_EQ(exact.error().message, "The resourceVersion for the provided list is too old.");
}

TEST(ListPages, RefuseForeignTokens) {
  object_store store;
  const char* tokens[] = {"!", "e30", "AAAA",
                          "eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6MCwic3RhcnQiOiJhXHUwMDAwIn0",
                          "eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6NSwic3RhcnQiOiIifQ"};
  for (const char* token : tokens) {
    const auto parsed = parse_continue(token);
    ASSERT_FALSE(parsed.has_value()) << token;
    EXPECT_EQ(parsed.error().code, 400);
  }
  const auto own = parse_continue(print_continue({7, std::string{"n/a\0", 4}}));
  ASSERT_TRUE(own.has_value());
  EXPECT_EQ(own->revision, 7);
  EXPECT_EQ(own->start, (std::string{"n/a\0", 4}));
}

}  // namespace
}  // namespace kitfox::kube
