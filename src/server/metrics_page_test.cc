#include "server/metrics_page.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <string>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace river::server {
namespace {

// Cuts off what comes before `mark`, and the mark; the whole text if there is none.
std::string_view cut_at(std::string_view& text, std::string_view mark) {
  const std::size_t place = std::min(text.find(mark), text.size());
  const std::string_view before = text.substr(0, place);
  text.remove_prefix(std::min(place + mark.size(), text.size()));
  return before;
}

// What Prometheus reads out of a page: samples by name with labels, types by name. Fails on what it
// would not take: each metric is described, with its type, right before its samples, and once.
class Page {
 public:
  explicit Page(std::string_view text) {
    EXPECT_TRUE(text.ends_with('\n'));
    while (!text.empty()) read_line(cut_at(text, "\n"));
  }

  std::map<std::string, std::string> types;
  std::map<std::string, double> samples;

 private:
  void read_line(std::string_view line) {
    const testing::ScopedTrace trace(__FILE__, __LINE__, std::string(line));
    if (line.starts_with("# HELP ")) {
      line.remove_prefix(7);
      described_ = cut_at(line, " ");
      EXPECT_FALSE(line.empty()) << "help without a text";
    } else if (line.starts_with("# TYPE ")) {
      line.remove_prefix(7);
      EXPECT_EQ(cut_at(line, " "), described_);
      EXPECT_TRUE(line == "counter" || line == "gauge" || line == "histogram");
      EXPECT_TRUE(types.emplace(described_, line).second) << "described twice";
    } else {
      read_sample(line);
    }
  }

  void read_sample(std::string_view line) {
    const std::string_view key = cut_at(line, " ");
    std::string_view labels = key;
    const std::string_view name = cut_at(labels, "{");
    EXPECT_TRUE(name.starts_with(described_));
    EXPECT_EQ(name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_"), std::string_view::npos);
    if (name.size() < key.size()) {
      EXPECT_NE(cut_at(labels, "=\""), "");
      cut_at(labels, "\"");
      EXPECT_EQ(labels, "}");
    }
    double value = 0;
    const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), value);
    EXPECT_TRUE(error == std::errc() && end == line.data() + line.size()) << "no number";
    EXPECT_TRUE(samples.emplace(key, value).second) << "a sample twice";
  }

  std::string described_;
};

class MetricsPage : public testing::Test {
 protected:
  [[nodiscard]] Page render() const {
    const std::array<const Metrics*, 2> workers{&first_, &second_};
    return Page(render_metrics(workers, milliseconds(12'500)));
  }
  Metrics first_;
  Metrics second_;
};

TEST_F(MetricsPage, IsWhatPrometheusReads) {
  const Page page = render();
  EXPECT_GT(page.types.size(), 20U);
  for (const auto& [name, type] : page.types) {
    const bool counts = name.ends_with("_total");
    EXPECT_EQ(counts, type == "counter") << name;
  }
}

TEST_F(MetricsPage, AddsUpTheWorkers) {
  first_.deliveries.add(3);
  second_.deliveries.add(4);
  second_.connections_open.add(2);
  second_.connections_open.subtract();
  const Page page = render();
  EXPECT_EQ(page.samples.at("river_deliveries_total"), 7);
  EXPECT_EQ(page.samples.at("river_connections"), 1);
}

TEST_F(MetricsPage, HasAFigureForEveryCause) {
  first_.auth_failures[static_cast<std::size_t>(AuthFailure::expired)].add(2);
  first_.closes[static_cast<std::size_t>(CloseCause::slow_reader)].add(3);
  first_.http_refusals[static_cast<std::size_t>(HttpRefusal::timed_out)].add(4);
  const Page page = render();
  EXPECT_EQ(page.samples.at(R"(river_auth_failures_total{reason="expired"})"), 2);
  EXPECT_EQ(page.samples.at(R"(river_clients_closed_total{cause="slow_reader"})"), 3);
  EXPECT_EQ(page.samples.at(R"(river_http_refused_total{reason="timed_out"})"), 4);
  std::size_t reasons = 0;
  std::size_t causes = 0;
  for (const auto& [name, value] : page.samples) {
    reasons += name.starts_with("river_auth_failures_total{") ? 1 : 0;
    causes += name.starts_with("river_clients_closed_total{") ? 1 : 0;
  }
  EXPECT_EQ(reasons, static_cast<std::size_t>(AuthFailure::count));
  EXPECT_EQ(causes, static_cast<std::size_t>(CloseCause::count));
}

TEST_F(MetricsPage, AHistogramAddsUpFromBucketToBucket) {
  first_.publish_to_socket.add(10'000, 2);         // within the first bound of 16.384 us
  second_.publish_to_socket.add(1'000'000);        // 1 ms
  second_.publish_to_socket.add(100'000'000'000);  // above all bounds
  const Page page = render();
  const auto bucket = [&](const std::string& bound) {
    return page.samples.at("river_publish_to_socket_seconds_bucket{le=\"" + bound + "\"}");
  };
  EXPECT_EQ(bucket("1.6384e-05"), 2);
  EXPECT_EQ(bucket("3.2768e-05"), 2);
  EXPECT_EQ(bucket("0.00104858"), 3);
  EXPECT_EQ(bucket("+Inf"), 4);
  EXPECT_EQ(page.samples.at("river_publish_to_socket_seconds_count"), 4);
  EXPECT_NEAR(page.samples.at("river_publish_to_socket_seconds_sum"), 100.00102, 1e-5);
}

TEST_F(MetricsPage, KnowsTheProcess) {
  const Page page = render();
  EXPECT_EQ(page.samples.at("river_uptime_seconds"), 12.5);
  EXPECT_GT(page.samples.at("process_resident_memory_bytes"), 1'000'000);
}

}  // namespace
}  // namespace river::server
