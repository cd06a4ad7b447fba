// Comma-separated values of HTTP header fields (RFC 9110 section 5.6).
#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace ws::protocol {

// A field as httpd parsed it. Views of the request.
struct HeaderField {
  std::string_view name, value;
};

[[nodiscard]] bool equals_ignoring_case(std::string_view a, std::string_view b) noexcept;

// RFC 9110 section 5.6.2: at least one character, none a separator, space or control.
[[nodiscard]] bool is_token(std::string_view text) noexcept;

// Without spaces and tabs at both ends.
[[nodiscard]] std::string_view trim(std::string_view text) noexcept;

// Gives the elements of a list one by one, trimmed and possibly empty; an empty list has one empty
// element. A separator inside a quoted string is no border. Linear over the whole list.
class ElementReader {
 public:
  explicit ElementReader(std::string_view list, char separator = ',') noexcept
      : rest_(list), separator_(separator) {}

  // Nothing at the end.
  [[nodiscard]] std::optional<std::string_view> next() noexcept;

 private:
  std::string_view rest_;
  char separator_;
  bool done_ = false;
};

// Whether one of the fields called `name`, each a list, has `token`; case is ignored.
[[nodiscard]] bool has_token(std::span<const HeaderField> headers, std::string_view name,
                             std::string_view token) noexcept;

}  // namespace ws::protocol
