#include "runtime/base64.hpp"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace kitfox::runtime {
namespace {

TEST(Base64, DecodesWhatTheStandardListsAsExamples) {
  const std::vector<std::pair<const char*, const char*>> vectors{{"", ""},
                                                                 {"Zg==", "f"},
                                                                 {"Zm8=", "fo"},
                                                                 {"Zm9v", "foo"},
                                                                 {"Zm9vYg==", "foob"},
                                                                 {"Zm9vYmE=", "fooba"},
                                                                 {"Zm9vYmFy", "foobar"},
                                                                 {"Zm9v\nYmFy\n", "foobar"},
                                                                 {"Zg", "f"}};
  for (const auto& [encoded, plain] : vectors) EXPECT_EQ(base64_decode(encoded), plain) << encoded;
}

TEST(Base64, RefusesOtherBytesAndLengths) {
  for (const char* text : {"Z", "Zg=", "Zg===", "Zg==Zg==", "Zm9-", "Zm9v=", "%%%%"})
    EXPECT_FALSE(base64_decode(text)) << text;
}

TEST(Base64, KnowsBothAlphabets) {
  EXPECT_EQ(base64_encode("\xfb\xff"), "+/8=");
  EXPECT_EQ(base64url_encode("\xfb\xff"), "-_8");
  EXPECT_EQ(base64url_decode("-_8"), "\xfb\xff");
  for (const char* bad : {"a", "+/8", "-_8=", "a b"}) EXPECT_FALSE(base64url_decode(bad).has_value()) << bad;
}

TEST(Base64, DecodesWhatItEncoded) {
  std::string bytes;
  for (int i = 0; i < 256; ++i) {
    bytes += static_cast<char>(i);
    EXPECT_EQ(base64_decode(base64_encode(bytes)), bytes);
    EXPECT_EQ(base64url_decode(base64url_encode(bytes)), bytes);
  }
}

}  // namespace
}  // namespace kitfox::runtime
