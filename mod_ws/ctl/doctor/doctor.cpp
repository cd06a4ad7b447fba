// wsctl doctor.
#include "ctl/doctor/doctor.h"

#include <cjson/cJSON.h>

#include <algorithm>
#include <memory>
#include <new>
#include <vector>

#include "ctl/doctor/entrance_checks.h"
#include "ctl/doctor/finding.h"
#include "ctl/doctor/inventory.h"
#include "ctl/doctor/server_checks.h"
#include "ctl/printable.h"

namespace ws::ctl {

namespace {

const char* word_of(Health health) noexcept {
  switch (health) {
    case Health::good:
      return "good";
    case Health::note:
      return "note";
    default:
      return "bad";
  }
}

std::string line_of(const Finding& finding) {
  std::string line = word_of(finding.health);
  line.resize(6, ' ');
  line += printable(finding.where) + ": " + printable(finding.says) + '\n';
  if (!finding.remedy.empty()) line += "      -> " + printable(finding.remedy) + '\n';
  return line;
}

std::string json_of(const Finding& finding) {
  const std::unique_ptr<cJSON, void (*)(cJSON*)> object(cJSON_CreateObject(), cJSON_Delete);
  const auto add = [&](const char* name, const std::string& text) {
    if (!cJSON_AddStringToObject(object.get(), name, text.c_str())) throw std::bad_alloc();
  };
  add("health", word_of(finding.health));
  add("where", finding.where);
  add("says", finding.says);
  if (!finding.remedy.empty()) add("remedy", finding.remedy);
  const std::unique_ptr<char, void (*)(void*)> text(cJSON_PrintUnformatted(object.get()),
                                                    cJSON_free);
  if (!text) throw std::bad_alloc();
  return std::string(text.get()) + '\n';
}

}  // namespace

bool examine(const Arguments& arguments, std::string& out, bool& is_well) {
  Findings findings;
  std::vector<Entrance> entrances;
  for (const std::string& url : arguments.channels) {
    const std::optional<Entrance> entrance = Entrance::parse(url);
    if (!entrance) {
      out = url + " is no address of a WebSocket: ws://... or wss://...";
      return false;
    }
    entrances.push_back(*entrance);
  }
  if (entrances.empty()) {
    if (const std::optional<Inventory> inventory = take_inventory(arguments, findings)) {
      check_process(*inventory, findings);
      check_mpm(*inventory, findings);
      check_state(*inventory, findings);
      entrances = entrances_of(*inventory, findings);
    }
  }
  for (const Entrance& entrance : entrances)
    check_entrance(entrance, {arguments.ca_file, arguments.timeout_ms}, findings);
  for (const Finding& finding : findings.all())
    out += arguments.json ? json_of(finding) : line_of(finding);
  is_well = std::ranges::none_of(
      findings.all(), [](const Finding& finding) { return finding.health == Health::bad; });
  return true;
}

}  // namespace ws::ctl
