#include "result.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include <fmt/format.h>

#include "fail.h"
#include "options.h"

namespace river::bench {
namespace {

struct Spread {
  double median;
  double min;
  double max;
};

Spread spread_of(std::vector<double> values) {
  std::ranges::sort(values);
  const std::size_t middle = values.size() / 2;
  const double median =
      values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
  return {median, values.front(), values.back()};
}

// JSON has no infinity, which a division by a time of zero makes.
std::string number(double value, int decimals) {
  return std::isfinite(value) ? fmt::format("{:.{}f}", value, decimals) : "null";
}

std::string grouped(double value, int decimals) {
  std::string text = fmt::format("{:.{}f}", value, decimals);
  std::size_t point = std::min(text.find('.'), text.size());
  for (; point > 3 + (text.starts_with('-') ? 1U : 0U); point -= 3) text.insert(point - 3, ",");
  return text;
}

}  // namespace

Result::Result(std::string_view scenario, const Options& options) : scenario_(scenario) {
  if (options.adapter != "river") parameter("adapter", options.adapter);
  parameter("workers", options.workers);
  parameter("send_batch", options.send_batch);
  parameter("tls", options.tls);
  parameter("repeats", options.repeats);
}

void Result::figure(std::string_view name, double value, int decimals) {
  for (Figure& figure : figures_) {
    if (figure.name == name) {
      figure.values.push_back(value);
      return;
    }
  }
  figures_.push_back({std::string(name), {value}, decimals});
}

void Result::series(std::string_view name, const std::vector<double>& values, int decimals) {
  std::string list;
  for (const double value : values) list += (list.empty() ? "" : ",") + number(value, decimals);
  for (auto& [known, json] : series_) {
    if (known == name) {
      json = "[" + list + "]";
      return;
    }
  }
  series_.emplace_back(name, "[" + list + "]");
}

const Result::Figure* Result::find(std::string_view name) const {
  const auto place = std::ranges::find(figures_, name, &Figure::name);
  return place == figures_.end() ? nullptr : &*place;
}

double Result::median(std::string_view name) const {
  const Figure* figure = find(name);
  return figure == nullptr ? 0 : spread_of(figure->values).median;
}

std::string Result::text(std::string_view name) const {
  const Figure* figure = find(name);
  if (figure == nullptr) return "?";
  const Spread spread = spread_of(figure->values);
  std::string text = grouped(spread.median, figure->decimals);
  if (figure->values.size() > 1) {
    text += fmt::format(" ({} – {})", grouped(spread.min, figure->decimals),
                        grouped(spread.max, figure->decimals));
  }
  return text;
}

std::string Result::json() const {
  std::string out = fmt::format(R"({{"scenario":"{}")", scenario_);
  for (const auto& [name, value] : parameters_) out += fmt::format(R"(,"{}":{})", name, value);
  for (const Figure& figure : figures_) {
    const Spread spread = spread_of(figure.values);
    out += fmt::format(R"(,"{}":{{"median":{},"min":{},"max":{}}})", figure.name,
                       number(spread.median, figure.decimals), number(spread.min, figure.decimals),
                       number(spread.max, figure.decimals));
  }
  for (const auto& [name, list] : series_) out += fmt::format(R"(,"{}":{})", name, list);
  out += fmt::format(R"(,"events":{},"lost":{},"doubled":{},"reordered":{})", tally.events,
                     tally.lost, tally.doubled, tally.reordered);
  out += fmt::format(R"(,"server":{{"cpu_seconds":{:.3f},"private_bytes":{},"threads":{}}})",
                     server.cpu_seconds, server.private_bytes, server.threads);
  out += fmt::format(R"(,"client":{{"cpu_seconds":{:.3f}}}}})", client_cpu_seconds);
  return out;
}

void Result::print(std::string_view sentence, std::string_view problem) const {
  fmt::print(stderr, "{}: {}\n", scenario_, sentence);
  fmt::print("{}\n", json());
  std::fflush(stdout);
  if (!tally.right()) {
    fail(
        fmt::format("{}: {} events came; {} were lost, {} doubled "
                    "and {} reordered",
                    scenario_, tally.events, tally.lost, tally.doubled, tally.reordered));
  }
  if (!problem.empty()) fail(fmt::format("{}: {}", scenario_, problem));
}

}  // namespace river::bench
