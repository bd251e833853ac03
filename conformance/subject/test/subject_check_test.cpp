#include "conformance/subject/subject_check.hpp"

#include <gtest/gtest.h>

#include "conformance/judge/test/tape.hpp"

namespace kitfox::conformance {
namespace {

constexpr const char* agent = "check/0";
constexpr const char* key = "k1";

tape started() {
  tape out{"sockets"};
  out.issues_key(0, key, "acme/payments/check", "acme/payments");
  out.starts(0.1, agent, "agent", "acme/payments/check");
  return out;
}

/// The first step that fails, with its hint; empty when all hold.
std::string verdict_on(const tape& of, bool takes_probe_file = false) {
  subject whose;
  whose.program.command = {"./mine"};
  if (takes_probe_file) whose.program.takes.insert(std::string{probe_file_name});
  const auto steps = check_agent(of.until(40), whose);
  std::string out;
  for (const subject_check_step& one : steps) {
    if (one.is == subject_check_step::outcome::fails) out = one.needs + ": " + one.hint;
    EXPECT_EQ(one.hint.empty(), one.is != subject_check_step::outcome::fails) << one.needs;
  }
  for (const subject_check_step& one : steps) {
    EXPECT_TRUE(!out.empty() || one.is == subject_check_step::outcome::holds) << one.needs;
  }
  return out;
}

tape let_in() {
  tape out = started();
  out.connects(1, 1, agent, key);
  return out;
}

tape answered() {
  tape out = let_in();
  out.reads(1.1, 1.2, 5, agent, "/api/v1/namespaces");
  out.command(1, 1, "r1", "list_namespaces");
  out.responds(2, 6, agent, key, "r1", {{"success", true}});
  return out;
}

TEST(SubjectCheck, PassesAnAgentThatGoesTheWholeWay) {
  tape whole = answered();
  whole.signals(3, agent, "TERM").exits(3.1, agent, 0);
  EXPECT_EQ(verdict_on(whole), "");
  whole.logs(1, agent, "readiness", {{"ready", true}});
  EXPECT_EQ(verdict_on(whole, true), "");
}

TEST(SubjectCheck, NamesTheFirstThingThatIsMissing) {
  tape exited = started();
  exited.exits(0.2, agent, 3);
  EXPECT_NE(verdict_on(exited).find("starts: it exited with 3"), std::string::npos) << verdict_on(exited);
  EXPECT_NE(verdict_on(started()).find("dials the gateway: nothing was dialled"), std::string::npos);

  tape distrusts = started();
  distrusts.dials(1, 1, "check/0->gateway").tls_fails(1.1, 1, "unknown ca");
  EXPECT_NE(verdict_on(distrusts).find("trusts its certificate: the TLS handshake failed (unknown ca)"),
            std::string::npos)
      << verdict_on(distrusts);

  tape elsewhere = started();
  elsewhere.dials(1, 1, "check/0->gateway").asks(1.1, 1, 1, "GET", "/connect", key).answers(1.2, 1, 1, 404);
  EXPECT_NE(verdict_on(elsewhere).find("asks for the event stream: its first request is GET /connect"),
            std::string::npos)
      << verdict_on(elsewhere);

  tape keyless = started();
  keyless.refused(1, 1, agent, "", 401);
  EXPECT_NE(verdict_on(keyless).find("is let in: 401: no key"), std::string::npos) << verdict_on(keyless);

  EXPECT_NE(verdict_on(let_in()).find("reads the cluster: it never dialled"), std::string::npos);
  EXPECT_NE(verdict_on(answered(), true).find("keeps the probe file"), std::string::npos);

  tape denied = let_in();
  denied.reads(1.1, 1.2, 5, agent, "/api/v1/namespaces", 401);
  EXPECT_NE(verdict_on(denied).find("the API server answered 401"), std::string::npos) << verdict_on(denied);

  tape silent = let_in();
  silent.reads(1.1, 1.2, 5, agent, "/api/v1/namespaces").command(1, 1, "r1", "list_namespaces");
  EXPECT_NE(verdict_on(silent).find("answers a command"), std::string::npos) << verdict_on(silent);

  tape deaf = answered();
  deaf.signals(3, agent, "TERM");
  EXPECT_NE(verdict_on(deaf).find("ends on SIGTERM: it runs on"), std::string::npos) << verdict_on(deaf);
}

}  // namespace
}  // namespace kitfox::conformance
