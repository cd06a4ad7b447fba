// Runs unit tests that use threads.
#include <CppUTest/CommandLineTestRunner.h>
#include <CppUTest/MemoryLeakWarningPlugin.h>

int main(int argc, char** argv) {
#ifdef WS_SANITIZED
  // The sanitizers look for leaks themselves; a lock around every allocation would hide races.
  MemoryLeakWarningPlugin::turnOffNewDeleteOverloads();
#else
  MemoryLeakWarningPlugin::turnOnThreadSafeNewDeleteOverloads();
#endif
  return CommandLineTestRunner::RunAllTests(argc, argv);
}
