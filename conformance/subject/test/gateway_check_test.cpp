#include <gtest/gtest.h>

#include "conformance/judge/test/tape.hpp"
#include "conformance/subject/subject_check.hpp"

namespace kitfox::conformance {
namespace {

constexpr const char* checked_key = "k1";

tape gateway_started() {
  tape out{"sockets"};
  out.starts(0, "gateway", "gateway");
  return out;
}

tape key_made() {
  tape out = gateway_started();
  out.issues_key(0.1, checked_key, "acme/payments/check", "acme/payments");
  out.starts(0.2, "check/0", "agent", "acme/payments/check");
  return out;
}

tape carried() {
  tape out = key_made();
  out.connects(1, 1, "check/0", checked_key);
  out.calls(2, 3, "1", {{"cluster", "acme/payments/check"}}, "list_namespaces", 200, {{"ok", true}});
  return out;
}

tape gone_all_the_way() {
  tape out = carried();
  out.calls(4, 4.1, "2", {{"step", 2}}, "send", 401, {{"detail", "no"}});
  out.step(5, 5.1, "3", "revoke").signals(6, "gateway", "stop").exits(6.1, "gateway", 0);
  return out;
}

std::string first_failure(const tape& of) {
  subject whose;
  whose.role = party::gateway;
  whose.program.command = {"./gateway"};
  for (const subject_check_step& one : check_gateway(of.until(40), whose))
    if (one.is == subject_check_step::outcome::fails)
      return (one.vital ? "vital: " : "") + one.needs + ": " + one.hint;
  return {};
}

TEST(GatewayCheck, PassesAGatewayThatGoesTheWholeWay) { EXPECT_EQ(first_failure(gone_all_the_way()), ""); }

TEST(GatewayCheck, NamesTheFirstThingThatIsMissingAndWhereToLook) {
  EXPECT_EQ(first_failure(gateway_started()), "vital: makes a key: no key was made");
  EXPECT_NE(first_failure(key_made()).find("vital: lets an agent in with it: no agent got as far"),
            std::string::npos);

  tape refused = key_made();
  refused.refused(1, 1, "check/0", checked_key, 401);
  EXPECT_NE(first_failure(refused).find("401 to the key that was made; is the place `keys.answer.key`"),
            std::string::npos)
      << first_failure(refused);

  tape elsewhere = key_made();
  elsewhere.refused(1, 1, "check/0", checked_key, 404);
  EXPECT_NE(first_failure(elsewhere).find("is the path of `reach.agents` right?"), std::string::npos);

  for (const auto& [status, hint] :
       {std::pair{403, "reach.credentials.caller"}, {404, "keys.answer.cluster_id"}}) {
    tape stuck = key_made();
    stuck.connects(1, 1, "check/0", checked_key);
    stuck.calls(2, 3, "1", {{"cluster", "acme/payments/check"}}, "list_namespaces", status,
                {{"detail", "no"}});
    EXPECT_NE(first_failure(stuck).find(hint), std::string::npos) << first_failure(stuck);
  }

  EXPECT_NE(first_failure(carried()).find("refuses a key that was never issued"), std::string::npos);
  tape open = carried();
  open.calls(4, 4.1, "2", {{"step", 2}}, "send", 200, nullptr);
  EXPECT_EQ(first_failure(open).find("vital"), std::string::npos)
      << "a gateway that lets strangers in can be tested";

  tape deaf = carried();
  deaf.calls(4, 4.1, "2", {{"step", 2}}, "send", 401, nullptr)
      .step(5, 5.1, "3", "revoke")
      .signals(6, "gateway", "stop");
  EXPECT_NE(first_failure(deaf).find("it runs on 10 s after SIGTERM"), std::string::npos)
      << first_failure(deaf);
}

}  // namespace
}  // namespace kitfox::conformance
