// Plays conversations with a plugin that are written down as text.
#include "transcript.h"

#include <istream>
#include <sstream>

std::string Transcript::play(const std::string& line) {
  if (line.empty() || line.front() == '(') return "";
  const std::size_t end_of_name = line.find_first_of("<> ");
  if (end_of_name == std::string::npos) return "unreadable: " + line;
  const std::string name = line.substr(0, end_of_name);
  const std::string what = line.substr(end_of_name);
  if (what.starts_with(" connects to ")) return connect(name, what.substr(13));
  if (what.starts_with(" publishes to ")) return publish(what.substr(14));
  const auto client = clients_.find(name);
  if (client == clients_.end() && own_) return own_(name, what);
  if (client == clients_.end()) return "nobody of this name connected: " + line;
  if (what.starts_with("> ")) {
    client->second->send(what.substr(2));
  } else if (what.starts_with("< ")) {
    if (client->second->received().empty()) return "nothing came for: " + line;
    const std::string got = client->second->take();
    if (!matches(got, what.substr(2)))
      return "\n  expected " + line + "\n  but got  " + name + "< " + got;
  } else if (what == " leaves") {
    client->second->close();
  } else {
    return "unreadable: " + line;
  }
  return "";
}

std::string Transcript::connect(const std::string& name, const std::string& how) {
  wsp::testing::FakeRequest request;
  std::istringstream words(how);
  words >> request.path;
  for (std::string word; words >> word;) {
    if (word == "with") {
      words >> request.subprotocols.emplace_back();
    } else if (word == "as") {
      words >> request.user;
    } else {
      return "unreadable: connects to " + how;
    }
  }
  clients_[name] = &host_.connect(request);
  return clients_[name]->is_open() ? "" : "refused: " + clients_[name]->handshake().text;
}

std::string Transcript::publish(const std::string& what) {
  const std::size_t colon = what.find(": ");
  if (colon == std::string::npos) return "unreadable: publishes to " + what;
  const wsp_publish_options keep = {sizeof keep, 100, 0, 0};
  host_.publish_elsewhere(what.substr(0, colon), what.substr(colon + 2), WSP_TEXT, &keep);
  return "";
}

std::string Transcript::rest() const {
  std::string out;
  for (const auto& [name, client] : clients_)
    for (const auto& frame : client->received()) out += "\n  " + name + "< " + frame.payload;
  return out;
}

bool matches(std::string_view text, std::string_view pattern) {
  const std::size_t dots = pattern.find("...");
  if (dots == pattern.npos) return text == pattern;
  if (!text.starts_with(pattern.substr(0, dots))) return false;
  text.remove_prefix(dots);
  pattern.remove_prefix(dots + 3);
  for (std::size_t skipped = 0; skipped <= text.size(); ++skipped)
    if (matches(text.substr(skipped), pattern)) return true;
  return false;
}

std::vector<std::string> transcript_lines(std::istream& markdown) {
  std::vector<std::string> lines;
  bool inside = false;
  for (std::string line; std::getline(markdown, line);) {
    if (line.starts_with("```")) {
      inside = line == "```transcript";
    } else if (inside) {
      lines.push_back(line);
    }
  }
  return lines;
}
