#include "conformance/subject/subject_digest.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "runtime/temporary_directory.hpp"

namespace kitfox::conformance {
namespace {

constexpr const char* digest_of_abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

TEST(SubjectDigest, IsOfTheProgramOfArgumentsThatAreFilesAndOfTheSubjectFile) {
  const runtime::temporary_directory folder;
  for (const char* name : {"agent.py", "agent.yaml"}) std::ofstream{folder.path() / name} << "abc";
  subject whose;
  whose.program.command = {"sh", (folder.path() / "agent.py").string(), "--flag", "/no/such/file"};
  const auto found = digests_of(whose, (folder.path() / "agent.yaml").string());
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(found[0].file, "sh");
  EXPECT_EQ(found[0].sha256.size(), 64u);
  EXPECT_EQ(found[1].file, "agent.py");
  EXPECT_EQ(found[1].sha256, digest_of_abc);
  EXPECT_EQ(found[2].file, "agent.yaml");
}

TEST(SubjectDigest, LeavesOutWhatCannotBeRead) {
  subject whose;
  whose.program.command = {"no-such-program-in-path"};
  EXPECT_TRUE(digests_of(whose, "").empty());
}

}  // namespace
}  // namespace kitfox::conformance
