#include "fakes/kube/authenticator.hpp"

#include <gtest/gtest.h>

#include "fakes/kube/go_text.hpp"
#include "fakes/kube/protobuf_body.hpp"

namespace kitfox::kube {
namespace {

using namespace std::chrono_literals;

struct bench {
  object_store objects;
  authenticator subject{"key", anonymous_requests::allowed};
  runtime::wall_time now = *parse_time("2026-11-22T09:00:00Z");
  const resource_type& accounts = *find_resource("", "v1", "serviceaccounts");

  bench() { create(); }
  void create() {
    const json account{{"kind", "ServiceAccount"},
                       {"apiVersion", "v1"},
                       {"metadata", {{"name", "agent"}, {"namespace", "ns"}}}};
    ASSERT_TRUE(objects.create(accounts, account, now).has_value());
  }
  std::string issue(runtime::duration lifetime = 1h) {
    const auto token = subject.issue_token(objects, {"ns", "agent"}, now, lifetime);
    EXPECT_TRUE(token.has_value());
    return *token;
  }
  [[nodiscard]] bool accepts(const std::string& token) {
    return subject.authenticate("Bearer " + token, objects, now).has_value();
  }
};

TEST(Authenticator, KnowsStaticTokens) {
  bench with;
  with.subject.add_token("secret", {"alice", "7", {"devs"}, {}});
  const auto user = with.subject.authenticate("bearer  secret", with.objects, with.now);
  ASSERT_TRUE(user.has_value());
  EXPECT_EQ(user->name, "alice");
  EXPECT_EQ(user->groups, (std::vector<std::string>{"devs", "system:authenticated"}));
  EXPECT_FALSE(with.accepts("other"));
  with.subject.revoke_token("secret");
  EXPECT_FALSE(with.accepts("secret"));
}

TEST(Authenticator, TreatsOtherSchemesAsAnonymous) {
  bench with;
  for (const char* header : {"Basic dTpw", "Bearer", "Bearer ", "secret"}) {
    EXPECT_EQ(with.subject.authenticate(header, with.objects, with.now)->name, "system:anonymous") << header;
  }
  EXPECT_EQ(with.subject.authenticate(std::nullopt, with.objects, with.now)->groups,
            std::vector<std::string>{"system:unauthenticated"});
  authenticator strict{"key", anonymous_requests::refused};
  EXPECT_FALSE(strict.authenticate(std::nullopt, with.objects, with.now).has_value());
}

TEST(Authenticator, IssuesServiceAccountTokensThatExpire) {
  bench with;
  const std::string token = with.issue(1h);
  const auto user = with.subject.user_of_token(token, with.objects, with.now + 59min);
  ASSERT_TRUE(user.has_value());
  EXPECT_EQ(user->name, "system:serviceaccount:ns:agent");
  EXPECT_EQ(user->groups, (std::vector<std::string>{"system:serviceaccounts", "system:serviceaccounts:ns",
                                                    "system:authenticated"}));
  EXPECT_FALSE(with.subject.user_of_token(token, with.objects, with.now + 1h).has_value());
  EXPECT_EQ(with.subject.issue_token(with.objects, {"ns", "none"}, with.now, 1h).error(), errc::not_found);
}

TEST(Authenticator, AcceptsNoTokenThatWasTouchedAnywhere) {
  bench with;
  const std::string token = with.issue();
  ASSERT_TRUE(with.accepts(token));
  for (std::size_t i = 0; i < token.size(); ++i) {
    std::string touched = token;
    touched[i] = touched[i] == 'A' ? 'B' : 'A';
    // The last character holds unused bits: another letter may stand for the same signature.
    const bool same_bits = i + 1 == token.size();
    EXPECT_TRUE(!with.accepts(touched) || same_bits) << i;
  }
  EXPECT_FALSE(with.accepts(token.substr(0, token.rfind('.') + 1)));
  const authenticator other{"another key", anonymous_requests::allowed};
  EXPECT_FALSE(other.user_of_token(token, with.objects, with.now).has_value());
}

TEST(Authenticator, RefusesTokensOfAccountsThatAreGoneOrCameBack) {
  bench with;
  const std::string token = with.issue();
  ASSERT_TRUE(with.objects.remove(with.accounts, "ns", "agent").has_value());
  EXPECT_FALSE(with.accepts(token)) << "it was never used";
  with.create();
  EXPECT_FALSE(with.accepts(token)) << "another account of the same name";
  EXPECT_TRUE(with.accepts(with.issue()));
}

TEST(Authenticator, RemembersForTenSecondsWhatItAccepted) {
  bench with;
  const std::string token = with.issue();
  ASSERT_TRUE(with.accepts(token));
  ASSERT_TRUE(with.objects.remove(with.accounts, "ns", "agent").has_value());
  with.now += 10s - 1ns;
  EXPECT_TRUE(with.accepts(token));
  with.now += 1ns;
  EXPECT_FALSE(with.accepts(token)) << "what is remembered is not made younger by its use";
}

TEST(Authenticator, ForgetsWhatItAcceptedWhenRevokedOrStartedAnew) {
  bench with;
  const std::string first = with.issue();
  ASSERT_TRUE(with.accepts(first));
  with.subject.revoke_token(first);
  EXPECT_FALSE(with.accepts(first));
  const std::string second = with.issue();
  ASSERT_TRUE(with.accepts(second));
  ASSERT_TRUE(with.objects.remove(with.accounts, "ns", "agent").has_value());
  with.subject.forget_accepted();
  EXPECT_FALSE(with.accepts(second));
}

TEST(Authenticator, RemembersNoMoreThanItsLimit) {
  bench with;
  with.subject = authenticator{"key", anonymous_requests::allowed, {10s, 1}};
  const std::string first = with.issue();
  const std::string second = with.issue();
  ASSERT_TRUE(with.accepts(first));
  ASSERT_TRUE(with.accepts(second));
  ASSERT_TRUE(with.objects.remove(with.accounts, "ns", "agent").has_value());
  EXPECT_TRUE(with.accepts(first));
  EXPECT_FALSE(with.accepts(second)) << "there was no room for it";
  with.create();
  with.now += 10s;
  const std::string third = with.issue();
  ASSERT_TRUE(with.accepts(third));
  ASSERT_TRUE(with.objects.remove(with.accounts, "ns", "agent").has_value());
  EXPECT_TRUE(with.accepts(third)) << "what is too old makes room";
}

TEST(Authenticator, RevokesOneTokenOrAllOfAnAccount) {
  bench with;
  const std::string first = with.issue();
  const std::string second = with.issue();
  EXPECT_NE(first, second);
  with.subject.revoke_token(first);
  EXPECT_FALSE(with.accepts(first));
  EXPECT_TRUE(with.accepts(second));
  with.subject.revoke_account_tokens({"ns", "agent"});
  EXPECT_FALSE(with.accepts(second));
  EXPECT_TRUE(with.accepts(with.issue()));
}

TEST(ServiceAccountNames, SplitOnlyWhatTheyAre) {
  EXPECT_EQ(split_service_account("system:serviceaccount:a:b"), (service_account_name{"a", "b"}));
  for (const char* other : {"alice", "system:serviceaccount:a", "system:serviceaccount::b",
                            "system:serviceaccount:a:", "system:serviceaccount:a:b:c"}) {
    EXPECT_EQ(split_service_account(other).name, "") << other;
  }
}

std::string from_hex(std::string_view hex) {
  std::string out;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    out += static_cast<char>(std::stoi(std::string{hex.substr(i, 2)}, nullptr, 16));
  }
  return out;
}

// As kubectl 1.35 sends it for `auth can-i list pods`.
const std::string review = from_hex(
    "6b3873000a320a17617574686f72697a6174696f6e2e6b38732e696f2f7631121753656c665375626a6563744163636573735265"
    "7669657712"
    "3d0a100a0012001a0022002a00320038004200121f0a1d0a0764656661756c7412046c6973741a0022002a04706f647332003a00"
    "1a0808001200"
    "1a0020001a002200");

TEST(ProtobufBody, DecodesWhatKubectlSends) {
  const auto decoded = decode_protobuf_body(review);
  ASSERT_TRUE(decoded.has_value()) << decoded.error().message;
  EXPECT_EQ(
      *decoded,
      (json{{"apiVersion", "authorization.k8s.io/v1"},
            {"kind", "SelfSubjectAccessReview"},
            {"metadata", json::object()},
            {"spec",
             {{"resourceAttributes", {{"namespace", "default"}, {"verb", "list"}, {"resource", "pods"}}}}},
            {"status", json::object()}}));
}

TEST(ProtobufBody, RefusesOtherKindsAndEveryCutOrGarbledBody) {
  EXPECT_FALSE(decode_protobuf_body("").has_value());
  EXPECT_FALSE(decode_protobuf_body("{}").has_value());
  const auto pod = decode_protobuf_body(from_hex("6b3873000a0a0a027631120446726f62"));
  EXPECT_EQ(pod.error().message, "the protobuf body is of a kind that can only be sent as JSON here: Frob");
  for (std::size_t size = 0; size + 8 < review.size(); ++size) {
    const auto decoded = decode_protobuf_body(review.substr(0, size));
    EXPECT_TRUE(!decoded || value_at(*decoded, {"spec", "resourceAttributes", "resource"}).is_null()) << size;
  }
  for (std::size_t i = 4; i < review.size(); ++i) {
    std::string garbled = review;
    garbled[i] = static_cast<char>(0xff);
    static_cast<void>(decode_protobuf_body(garbled).has_value());  // must end, whatever comes out
  }
}

}  // namespace
}  // namespace kitfox::kube
