#include "conformance/report/plain_text.hpp"

#include <gtest/gtest.h>

namespace kitfox::conformance {
namespace {

TEST(AsUtf8, KeepsWhatIsUtf8) {
  for (const std::string text : {"", "plain", "caf\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\xa6\x8a"})
    EXPECT_EQ(as_utf8(text), text);
}

TEST(AsUtf8, ReplacesEachStretchThatIsNoCharacter) {
  EXPECT_EQ(as_utf8("a\xff"
                    "b"),
            "a\xef\xbf\xbd"
            "b");
  EXPECT_EQ(as_utf8("\xc3"), "\xef\xbf\xbd");                                  // cut after its first byte
  EXPECT_EQ(as_utf8("\xe2\x82"), "\xef\xbf\xbd");                              // cut after its second
  EXPECT_EQ(as_utf8("\xc0\xaf"), "\xef\xbf\xbd\xef\xbf\xbd");                  // overlong
  EXPECT_EQ(as_utf8("\xed\xa0\x80"), "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");  // a surrogate
  EXPECT_EQ(as_utf8("\xf4\x90\x80\x80"), "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
}

TEST(CutText, NeverCutsACharacter) {
  EXPECT_EQ(cut_text("abc", 3), "abc");
  EXPECT_EQ(cut_text("abcd", 3), "abc...");
  EXPECT_EQ(cut_text("ab\xe2\x82\xac", 3), "ab...");
  EXPECT_EQ(cut_text("ab\xe2\x82\xac", 4), "ab...");
  EXPECT_EQ(cut_text("ab\xe2\x82\xac", 5), "ab\xe2\x82\xac");
}

TEST(EscapeXml, LeavesNothingThatAnXmlDocumentMustNotHold) {
  EXPECT_EQ(escape_xml("<a b=\"c\"> & d"), "&lt;a b=&quot;c&quot;&gt; &amp; d");
  EXPECT_EQ(escape_xml("a\tb\nc\rd"), "a\tb\nc&#13;d");
  EXPECT_EQ(escape_xml(std::string_view{"\0\x01\x1f", 3}), "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
  EXPECT_EQ(escape_xml("\xef\xbf\xbe"), "\xef\xbf\xbd");  // U+FFFE
  EXPECT_EQ(escape_xml("\xff"), "\xef\xbf\xbd");
}

}  // namespace
}  // namespace kitfox::conformance
