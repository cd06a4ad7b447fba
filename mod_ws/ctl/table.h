// Rows in aligned columns.
#pragma once

#include <string>
#include <vector>

namespace ws::ctl {

class Table {
 public:
  struct Column {
    std::string title;
    bool is_number = false;  // to the right
  };
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  // As many cells as columns, not escaped yet.
  void add(std::vector<std::string> cells);
  // With a line of titles; each line ends with a line feed.
  [[nodiscard]] std::string text() const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace ws::ctl
