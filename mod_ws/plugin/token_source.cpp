// Where a client puts its token.
#include "plugin/token_source.h"

#include "protocol/header_list.h"

namespace ws::plugin {

namespace {

// Takes elements that begin with `prefix` out of a list.
class Taker {
 public:
  Taker(std::string_view prefix, std::string_view separator) noexcept
      : prefix_(prefix), separator_(separator) {}

  void add(std::string_view element) {
    if (!element.starts_with(prefix_)) {
      if (!first_) found_.rest.append(separator_);
      first_ = false;
      found_.rest.append(element);
    } else if (!taken_) {
      taken_ = true;
      found_.token = element.substr(prefix_.size());
    }
  }
  [[nodiscard]] std::optional<FoundToken> result() && {
    if (!taken_) return std::nullopt;
    return std::move(found_);
  }

 private:
  std::string_view prefix_, separator_;
  FoundToken found_;
  bool taken_ = false, first_ = true;
};

}  // namespace

std::optional<FoundToken> take_token_from_protocols(std::string_view protocols) {
  Taker taker("ws.token.", ", ");
  protocol::ElementReader elements(protocols);
  while (const auto element = elements.next()) taker.add(*element);
  return std::move(taker).result();
}

std::optional<FoundToken> take_token_from_query(std::string_view query) {
  Taker taker("token=", "&");
  for (size_t begin = 0; begin <= query.size();) {
    const size_t end = std::min(query.find('&', begin), query.size());
    taker.add(query.substr(begin, end - begin));
    begin = end + 1;
  }
  return std::move(taker).result();
}

}  // namespace ws::plugin
