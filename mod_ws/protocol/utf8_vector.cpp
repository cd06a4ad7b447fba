// UTF-8 by table look-ups in vectors: the method of Keiser and Lemire, "Validating UTF-8 in less
// than one instruction per byte" (2020). All faults but one show in two neighbouring bytes: the
// high and low half of the first and the high half of the second each tell which faults they could
// be part of, and what all three agree on is one. The missing third or fourth byte of a character
// is seen by looking two and three bytes back.
#include "protocol/utf8_vector.h"

#include <cstdint>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace ws::protocol::detail {
namespace {

// How many bytes of an unfinished character stand before `end`, which has 32 bytes before it.
[[maybe_unused]] size_t unfinished_before(const char* end) noexcept {
  const auto at = [end](int back) { return static_cast<unsigned char>(end[-back]); };
  if (at(1) >= 0xC0) return 1;
  if (at(2) >= 0xE0) return 2;
  return at(3) >= 0xF0 ? 3 : 0;
}

#if defined(__x86_64__)

// Faults of two neighbouring bytes.
enum Fault : uint8_t {
  kTooShort = 1,       // a lead byte, no continuation byte after it
  kTooLong = 2,        // ASCII, then a continuation byte
  kOverlong3 = 4,      // E0, then less than A0
  kTooLarge = 8,       // F4, then 90 or more; F5 and above
  kSurrogate = 16,     // ED, then A0 or more
  kOverlong2 = 32,     // C0 or C1
  kOverlong4 = 64,     // F0, then less than 90; also F5 and above
  kTwoContinue = 128,  // two continuation bytes: right only as third or fourth of a character
};
constexpr uint8_t kAnyLow = kTooShort | kTooLong | kTwoContinue;  // the low half does not matter
constexpr uint8_t kOverF4 = kAnyLow | kTooLarge | kOverlong4;
constexpr uint8_t kContinue = kTooLong | kTwoContinue | kOverlong2;

// clang-format off
using Table = uint8_t[16];
alignas(16) constexpr Table kFirstHigh = {
    kTooLong, kTooLong, kTooLong, kTooLong, kTooLong, kTooLong, kTooLong, kTooLong,  // 0-7: ASCII
    kTwoContinue, kTwoContinue, kTwoContinue, kTwoContinue,                          // 8-B
    kTooShort | kOverlong2,                                                          // C
    kTooShort,                                                                       // D
    kTooShort | kOverlong3 | kSurrogate,                                             // E
    kTooShort | kTooLarge | kOverlong4};                                             // F
alignas(16) constexpr Table kFirstLow = {
    kAnyLow | kOverlong2 | kOverlong3 | kOverlong4,                                  // 0
    kAnyLow | kOverlong2, kAnyLow, kAnyLow,                                          // 1-3
    kAnyLow | kTooLarge,                                                             // 4
    kOverF4, kOverF4, kOverF4, kOverF4, kOverF4, kOverF4, kOverF4, kOverF4,          // 5-C
    kOverF4 | kSurrogate, kOverF4, kOverF4};                                         // D-F
alignas(16) constexpr Table kSecondHigh = {
    kTooShort, kTooShort, kTooShort, kTooShort,                                      // 0-3
    kTooShort, kTooShort, kTooShort, kTooShort,                                      // 4-7
    kContinue | kOverlong3 | kOverlong4,                                             // 8
    kContinue | kOverlong3 | kTooLarge,                                              // 9
    kContinue | kSurrogate | kTooLarge, kContinue | kSurrogate | kTooLarge,          // A, B
    kTooShort, kTooShort, kTooShort, kTooShort};                                     // C-F
// clang-format on

[[gnu::target("avx2"), gnu::always_inline]] inline __m256i load(const char* at) noexcept {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at));
}

[[gnu::target("avx2"), gnu::always_inline]] inline __m256i look_up(const Table& table,
                                                                   __m256i halves) noexcept {
  const __m128i once = _mm_load_si128(reinterpret_cast<const __m128i*>(table));
  return _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(once), halves);
}

// The bytes `back` places before those of `now`.
template <int kBack>
[[gnu::target("avx2"), gnu::always_inline]] inline __m256i bytes_before(__m256i now,
                                                                        __m256i before) noexcept {
  return _mm256_alignr_epi8(now, _mm256_permute2x128_si256(before, now, 0x21), 16 - kBack);
}

[[gnu::target("avx2"), gnu::always_inline]] inline bool is_faulty(__m256i now,
                                                                  __m256i before) noexcept {
  const __m256i low_half = _mm256_set1_epi8(0x0F);
  const __m256i first = bytes_before<1>(now, before);
  const __m256i first_high = _mm256_and_si256(_mm256_srli_epi16(first, 4), low_half);
  const __m256i second_high = _mm256_and_si256(_mm256_srli_epi16(now, 4), low_half);
  const __m256i faults =
      _mm256_and_si256(_mm256_and_si256(look_up(kFirstHigh, first_high),
                                        look_up(kFirstLow, _mm256_and_si256(first, low_half))),
                       look_up(kSecondHigh, second_high));
  // The top bit, set where the byte must be the third (E0 or more two back) or the fourth.
  const __m256i third = _mm256_subs_epu8(bytes_before<2>(now, before), _mm256_set1_epi8(0x60));
  const __m256i fourth = _mm256_subs_epu8(bytes_before<3>(now, before), _mm256_set1_epi8(0x70));
  const __m256i must_continue =
      _mm256_and_si256(_mm256_or_si256(third, fourth), _mm256_set1_epi8(static_cast<char>(0x80)));
  const __m256i wrong = _mm256_xor_si256(faults, must_continue);
  return _mm256_testz_si256(wrong, wrong) == 0;
}

[[gnu::target("avx2")]] size_t count_valid_avx2(const char* bytes, size_t size) noexcept {
  constexpr size_t kWidth = sizeof(__m256i);
  __m256i before = _mm256_setzero_si256();
  size_t at = 0;
  for (; size - at >= kWidth; at += kWidth) {
    const __m256i now = load(bytes + at);
    if (is_faulty(now, before)) break;
    before = now;
  }
  return at == 0 ? 0 : at - unfinished_before(bytes + at);
}

#endif

}  // namespace

size_t count_valid_utf8([[maybe_unused]] const char* bytes, [[maybe_unused]] size_t size) noexcept {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2")) return count_valid_avx2(bytes, size);
#endif
  return 0;
}

}  // namespace ws::protocol::detail
