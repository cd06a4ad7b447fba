// Seats that count in all processes of a server: a session has them from its handshake to its end.
//
// What they count, and how many there are, is the matter of who hands them out.
#pragma once

#include <array>
#include <cstdint>
#include <utility>

namespace ws::session {

// One for each kind of limit; 0: none.
using SeatNumbers = std::array<uint64_t, 3>;

// Who hands them out. Outlives them.
class SeatOffice {
 public:
  // [any] Never blocks on another process.
  virtual void give_back(const SeatNumbers& seats) noexcept = 0;

 protected:
  ~SeatOffice() = default;
};

// Given back at its end.
class ServerSeats {
 public:
  ServerSeats() noexcept = default;
  ServerSeats(SeatOffice& office, const SeatNumbers& numbers) noexcept
      : office_(&office), numbers_(numbers) {}
  ServerSeats(ServerSeats&& other) noexcept
      : office_(std::exchange(other.office_, nullptr)), numbers_(other.numbers_) {}
  ServerSeats& operator=(ServerSeats&& other) noexcept {
    std::swap(office_, other.office_);
    std::swap(numbers_, other.numbers_);
    return *this;
  }
  ~ServerSeats() {
    if (office_) office_->give_back(numbers_);
  }

  [[nodiscard]] explicit operator bool() const noexcept { return office_ != nullptr; }

 private:
  SeatOffice* office_ = nullptr;
  SeatNumbers numbers_{};
};

}  // namespace ws::session
