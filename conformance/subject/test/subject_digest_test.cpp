#include "conformance/subject/subject_digest.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "gateway/digest.hpp"
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

TEST(SubjectDigest, OfAFolderIsThatOfItsListing) {
  const runtime::temporary_directory folder;
  std::filesystem::create_directories(folder.path() / "lib/inner");
  std::ofstream{folder.path() / "lib/inner/a"} << "abc";
  std::ofstream{folder.path() / "lib/b"} << "abc";
  subject whose;
  whose.program.command = {"no-such-program-in-path"};
  whose.files = {(folder.path() / "lib/").string(), (folder.path() / "lib/b").string()};
  const auto found = digests_of(whose, "");
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].file, "lib/");
  const std::string of_abc{digest_of_abc};
  EXPECT_EQ(found[0].sha256, gateway::sha256_hex(of_abc + "  b\n" + of_abc + "  inner/a\n"));
  EXPECT_EQ(found[1].file, "b");
}

TEST(SubjectDigest, OfAFolderHasABound) {
  const runtime::temporary_directory folder;
  subject whose;
  whose.files = {folder.path().string()};
  for (std::size_t i = 0; i < digested_files_max; ++i) std::ofstream{folder.path() / std::to_string(i)};
  EXPECT_EQ(digests_of(whose, "").size(), 1u);
  std::ofstream{folder.path() / "one more"};
  EXPECT_TRUE(digests_of(whose, "").empty());
}

TEST(SubjectDigest, LeavesOutWhatCannotBeRead) {
  subject whose;
  whose.program.command = {"no-such-program-in-path"};
  EXPECT_TRUE(digests_of(whose, "").empty());
}

}  // namespace
}  // namespace kitfox::conformance
