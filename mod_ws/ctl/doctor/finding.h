// What wsctl doctor has found out: a row of its report.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace ws::ctl {

enum class Health : uint8_t {
  good,
  note,  // not wrong, but somebody may want to know
  bad,   // something is to be changed
};

struct Finding {
  Health health;
  std::string where;   // a part of the server, or a URL
  std::string says;    // one sentence
  std::string remedy;  // what to change, mostly a line to write; empty: nothing
};

class Findings {
 public:
  void good(std::string where, std::string says) {
    all_.push_back({Health::good, std::move(where), std::move(says), ""});
  }
  void note(std::string where, std::string says, std::string remedy = "") {
    all_.push_back({Health::note, std::move(where), std::move(says), std::move(remedy)});
  }
  void bad(std::string where, std::string says, std::string remedy) {
    all_.push_back({Health::bad, std::move(where), std::move(says), std::move(remedy)});
  }
  [[nodiscard]] const std::vector<Finding>& all() const noexcept { return all_; }

 private:
  std::vector<Finding> all_;
};

}  // namespace ws::ctl
