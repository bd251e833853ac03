#include "conformance/bench/process_usage.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <boost/system/errc.hpp>
#include <vector>

namespace kitfox::conformance {
namespace {

TEST(ProcessUsage, SeesMemoryThatIsTouched) {
  const auto before = read_process_usage(getpid());
  ASSERT_TRUE(before.has_value());
  const std::vector<char> touched(64 * 1024 * 1024, 'x');
  const auto after = read_process_usage(getpid());
  ASSERT_TRUE(after.has_value());
  EXPECT_GE(after->resident_bytes, before->resident_bytes + touched.size() / 2);
}

TEST(ProcessUsage, CountsOpenFiles) {
  const auto before = read_process_usage(getpid());
  const int opened = dup(STDERR_FILENO);
  const auto after = read_process_usage(getpid());
  close(opened);
  ASSERT_TRUE(before.has_value() && after.has_value());
  EXPECT_EQ(after->descriptors, before->descriptors + 1);
}

TEST(ProcessUsage, SeesTimeThatIsSpent) {
  const auto before = read_process_usage(getpid());
  ASSERT_TRUE(before.has_value());
  const runtime::duration own_before = own_cpu();
  while (own_cpu() - own_before < std::chrono::milliseconds{50}) {
  }
  const auto after = read_process_usage(getpid());
  ASSERT_TRUE(after.has_value());
  EXPECT_GE(after->cpu - before->cpu, std::chrono::milliseconds{20});
}

TEST(ProcessUsage, OfNobodyIsAFailure) {
  EXPECT_EQ(read_process_usage(-1).error(), boost::system::errc::no_such_process);
}

}  // namespace
}  // namespace kitfox::conformance
