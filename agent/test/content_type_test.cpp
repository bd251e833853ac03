#include "agent/content_type.hpp"

#include <gtest/gtest.h>

namespace kitfox::agent {
namespace {

TEST(ContentType, AcceptsCaseSpacesAndParameters) {
  for (const char* text :
       {"text/event-stream", "Text/Event-Stream", " text/event-stream ", "text/event-stream;",
        "text/event-stream; charset=utf-8", "text/event-stream ; charset=\"x;y\"", "\ttext/event-stream"})
    EXPECT_TRUE(is_event_stream(text)) << text;
}

TEST(ContentType, RefusesEverythingElse) {
  for (const char* text :
       {"", " ", ";", "text/html", "text/event-streams", "xtext/event-stream", "text/event stream", "text",
        "text/event-stream, text/html", "application/json; text/event-stream"})
    EXPECT_FALSE(is_event_stream(text)) << text;
}

}  // namespace
}  // namespace kitfox::agent
