#!/bin/sh
# Each public header compiles alone, pedantically: those in C as C99 and C++11 too; and all of them
# together with clang, where it is there. Usage: headers.sh INCLUDE-DIRECTORY
set -eu
include=$1
tried=0
check() { # check COMPILER LANGUAGE STANDARD HEADER
  echo "#include <$4>" |
    "$1" -x "$2" "-std=$3" -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion \
      -Wformat=2 -Werror -I"$include" -fsyntax-only - || { echo "$1 $3 $4"; exit 1; }
  tried=$((tried + 1))
}
for header in $(cd "$include" && find wsp -type f | sort); do
  check c++ c++ c++20 "$header"
  case $header in
    *.h)
      check c++ c++ c++11 "$header"
      check cc c c99 "$header"
      ;;
  esac
done
if command -v clang++ >/dev/null; then
  for header in wsp/plugin.hpp wsp/testing/fake_host.hpp; do check clang++ c++ c++20 "$header"; done
  check clang c c99 wsp/extensions.h
fi
echo "$tried compilations"
test "$tried" -ge 20
