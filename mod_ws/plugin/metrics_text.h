// The statistics in the form that Prometheus reads.
#pragma once

#include <string>

#include "plugin/statistics_view.h"

namespace ws::plugin {

enum class MetricsForm : uint8_t {
  prometheus,   // text format 0.0.4
  open_metrics  // OpenMetrics 1.0.0
};

[[nodiscard]] std::string metrics_text(const StatisticsView& view, MetricsForm form);

}  // namespace ws::plugin
