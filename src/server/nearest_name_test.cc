#include "server/nearest_name.h"

#include <vector>

#include <gtest/gtest.h>

namespace river::server {
namespace {

TEST(NearestName, DistanceCountsInsertionsDeletionsSubstitutionsAndSwaps) {
  EXPECT_EQ(edit_distance("", ""), 0U);
  EXPECT_EQ(edit_distance("", "abc"), 3U);
  EXPECT_EQ(edit_distance("abc", ""), 3U);
  EXPECT_EQ(edit_distance("listen", "lisen"), 1U);
  EXPECT_EQ(edit_distance("listen", "liisten"), 1U);
  EXPECT_EQ(edit_distance("listen", "lisden"), 1U);
  EXPECT_EQ(edit_distance("listen", "litsen"), 1U);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
}

TEST(NearestName, PrefersTheSameNameInAnotherSection) {
  const std::vector<std::string> known = {"listen", "connections", "limits.connections_max"};
  EXPECT_EQ(nearest_name("connections_max", known), "limits.connections_max");
  EXPECT_EQ(nearest_name("limit.connections_max", known), "limits.connections_max");
  EXPECT_EQ(nearest_name("lissten", known), "listen");
  EXPECT_EQ(nearest_name("x", {}), "");
}

}  // namespace
}  // namespace river::server
