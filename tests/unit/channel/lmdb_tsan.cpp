// What the thread sanitizer must not judge in these tests.
//
// The one of gcc 12 does not know pthread_mutex_clocklock(): it sees the gate being left by
// somebody who, as far as it knows, never entered.
extern "C" __attribute__((visibility("default"))) const char* __tsan_default_suppressions();

const char* __tsan_default_suppressions() { return "mutex:ws::channel::lmdb::Control::leave\n"; }
