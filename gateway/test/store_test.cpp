#include "gateway/store.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <filesystem>

#include "gateway/policy.hpp"
#include "protocol/keys.hpp"

namespace kitfox::gateway {
namespace {

using namespace std::chrono_literals;
using runtime::wall_time;
using testing::ElementsAre;
using testing::SizeIs;

const tenant acme{"acme", "payments"};
const tenant umbrella{"umbrella", "lab"};

cluster_record make_cluster(std::string id, std::string name, tenant owner = acme) {
  return {std::move(id), name, name, std::move(owner), wall_time{1s}, std::nullopt};
}
key_record make_key(std::string id, const cluster_record& of) {
  return {std::move(id), of.cluster_id, of.cluster_name, of.owner, "hash", wall_time{2s}, std::nullopt};
}

class Store : public testing::Test {
 protected:
  void SetUp() override {
    auto opened = store::open(":memory:");
    ASSERT_TRUE(opened.has_value());
    store_ = std::move(opened.value());
  }
  runtime::error_code create(const cluster_record& cluster, const std::string& key_id,
                             std::size_t clusters_max = 100) {
    return store_->create_cluster(cluster, make_key(key_id, cluster), clusters_max);
  }
  std::unique_ptr<store> store_;
};

TEST_F(Store, FindsWhatItWasGiven) {
  const cluster_record cluster = make_cluster("c1", "prod");
  ASSERT_FALSE(create(cluster, "k1"));
  const auto key = store_->find_key("k1").value();
  ASSERT_TRUE(key);
  EXPECT_EQ(key->cluster_id, "c1");
  EXPECT_EQ(key->cluster_name, "prod");
  EXPECT_EQ(key->owner, acme);
  EXPECT_EQ(key->secret_hash, "hash");
  EXPECT_EQ(key->created_at, wall_time{2s});
  EXPECT_FALSE(key->revoked_at);
  EXPECT_FALSE(store_->find_key("k2").value());
  EXPECT_EQ(store_->find_cluster("c1").value()->cluster_name, "prod");
  EXPECT_FALSE(store_->find_cluster("c2").value());
}

TEST_F(Store, NamesAreUniqueWithinATeamAndFreeAfterRevocation) {
  ASSERT_FALSE(create(make_cluster("c1", "prod"), "k1"));
  EXPECT_EQ(create(make_cluster("c2", "prod"), "k2"), gateway_errc::name_taken);
  EXPECT_FALSE(store_->find_cluster("c2").value());
  EXPECT_FALSE(create(make_cluster("c3", "prod", umbrella), "k3"));
  ASSERT_TRUE(store_->revoke_cluster("c1", wall_time{9s}).has_value());
  EXPECT_FALSE(create(make_cluster("c4", "prod"), "k4"));
  EXPECT_EQ(store_->find_cluster_by_name(acme, "prod").value()->cluster_id, "c4");
}

TEST_F(Store, ListsATeamsOwnClustersInOrderOfCreation) {
  ASSERT_FALSE(create(make_cluster("c1", "z"), "k1"));
  ASSERT_FALSE(create(make_cluster("c2", "a"), "k2"));
  ASSERT_FALSE(create(make_cluster("c3", "m", umbrella), "k3"));
  ASSERT_TRUE(store_->revoke_cluster("c1", wall_time{9s}).has_value());
  const auto living = store_->list_clusters(acme, store::revoked_ones::left_out).value();
  ASSERT_THAT(living, SizeIs(1));
  EXPECT_EQ(living[0].cluster_id, "c2");
  const auto all = store_->list_clusters(acme, store::revoked_ones::included).value();
  ASSERT_THAT(all, SizeIs(2));
  EXPECT_EQ(all[0].revoked_at, wall_time{9s});
}

TEST_F(Store, AClusterMayHaveSeveralKeysUpToALimit) {
  const cluster_record cluster = make_cluster("c1", "prod");
  ASSERT_FALSE(create(cluster, "k1"));
  EXPECT_FALSE(store_->add_key(make_key("k2", cluster), 2));
  EXPECT_EQ(store_->add_key(make_key("k3", cluster), 2), gateway_errc::quota_exceeded);
  ASSERT_FALSE(store_->revoke_key("k1", wall_time{5s}));
  EXPECT_FALSE(store_->add_key(make_key("k3", cluster), 2));
  EXPECT_THAT(store_->list_keys("c1").value(), SizeIs(3));
}

TEST_F(Store, RevokingAClusterRevokesItsLiveKeys) {
  const cluster_record cluster = make_cluster("c1", "prod");
  ASSERT_FALSE(create(cluster, "k1"));
  ASSERT_FALSE(store_->add_key(make_key("k2", cluster), 9));
  ASSERT_FALSE(store_->revoke_key("k1", wall_time{5s}));
  EXPECT_THAT(store_->revoke_cluster("c1", wall_time{6s}).value(), ElementsAre("k2"));
  EXPECT_EQ(store_->find_key("k1").value()->revoked_at, wall_time{5s});
  EXPECT_EQ(store_->find_key("k2").value()->revoked_at, wall_time{6s});
  EXPECT_EQ(store_->add_key(make_key("k3", cluster), 9), gateway_errc::not_found);
}

TEST_F(Store, UnknownThingsCannotBeRevoked) {
  EXPECT_EQ(store_->revoke_key("k1", {}), gateway_errc::not_found);
  EXPECT_EQ(store_->revoke_cluster("c1", {}).error(), gateway_errc::not_found);
}

TEST_F(Store, LimitsTheClustersOfATeam) {
  ASSERT_FALSE(create(make_cluster("c1", "a"), "k1", 1));
  EXPECT_EQ(create(make_cluster("c2", "b"), "k2", 1), gateway_errc::quota_exceeded);
  EXPECT_FALSE(create(make_cluster("c3", "b", umbrella), "k3", 1));
}

class StoreFile : public testing::Test {
 protected:
  void SetUp() override {
    directory_ = std::filesystem::temp_directory_path() /
                 ("kitfox-store-" + std::to_string(reinterpret_cast<std::uintptr_t>(this)) + "-" +
                  testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::remove_all(directory_);
    std::filesystem::create_directory(directory_);
    path_ = (directory_ / "gateway.db").string();
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }
  void run_sql(const char* text) {
    sqlite3* other = nullptr;
    ASSERT_EQ(sqlite3_open(path_.c_str(), &other), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(other, text, nullptr, nullptr, nullptr), SQLITE_OK);
    sqlite3_close(other);
  }
  std::filesystem::path directory_;
  std::string path_;
};

TEST_F(StoreFile, SurvivesAReopen) {
  {
    auto first = store::open(path_);
    ASSERT_TRUE(first.has_value());
    const cluster_record cluster = make_cluster("c1", "prod");
    ASSERT_FALSE(first.value()->create_cluster(cluster, make_key("k1", cluster), 9));
  }
  auto second = store::open(path_);
  ASSERT_TRUE(second.has_value());
  EXPECT_TRUE(second.value()->find_key("k1").value());
}

TEST_F(StoreFile, ALookUpFailsWhileTheTableIsGoneAndWorksAgainAfterwards) {
  auto opened = store::open(path_);
  ASSERT_TRUE(opened.has_value());
  const cluster_record cluster = make_cluster("c1", "prod");
  ASSERT_FALSE(opened.value()->create_cluster(cluster, make_key("k1", cluster), 9));
  run_sql("ALTER TABLE keys RENAME TO keys_away");
  EXPECT_EQ(opened.value()->find_key("k1").error(), gateway_errc::store_failed);
  run_sql("ALTER TABLE keys_away RENAME TO keys");
  EXPECT_TRUE(opened.value()->find_key("k1").value());
}

TEST_F(StoreFile, RefusesASchemaItDoesNotKnow) {
  run_sql("PRAGMA user_version = 99");
  EXPECT_EQ(store::open(path_).error(), gateway_errc::store_unusable);
}

TEST_F(StoreFile, RefusesWhatIsNoDatabase) {
  EXPECT_EQ(store::open((directory_ / "no" / "such" / "folder").string()).error(),
            gateway_errc::store_unusable);
}

TEST(Keys, OnlyTheWholeSecretOpensAKeyAndItsStoredHashDoesNot) {
  key_record stored;
  stored.secret_hash = protocol::hash_secret("the-secret", "pepper");
  EXPECT_TRUE(reference::secret_matches(stored, "the-secret", "pepper"));
  EXPECT_FALSE(reference::secret_matches(stored, "the-secreT", "pepper"));
  EXPECT_FALSE(reference::secret_matches(stored, "the-secret", "salt"));
  EXPECT_FALSE(reference::secret_matches(stored, stored.secret_hash, "pepper"));
  EXPECT_FALSE(reference::secret_matches(stored, "", "pepper"));
}

}  // namespace
}  // namespace kitfox::gateway
