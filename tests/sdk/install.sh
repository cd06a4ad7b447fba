#!/bin/sh
# A stranger's way: installs the SDK into a scratch prefix and builds against it, with CMake and with
# pkg-config. Usage: install.sh BUILD-DIRECTORY SCRATCH-DIRECTORY
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=$1 scratch=$2
prefix=$scratch/first
rm -rf "$scratch"
mkdir -p "$scratch"
unset DESTDIR CFLAGS CXXFLAGS LDFLAGS
strict="-Wall -Wextra -Wpedantic -Wshadow -Werror"

quietly() {
  "$@" >"$scratch/log" 2>&1 || { cat "$scratch/log"; echo "failed: $*"; exit 1; }
}

quietly cmake --install "$build" --component sdk --prefix "$prefix"
for file in include/wsp/plugin.h include/wsp/plugin.hpp include/wsp/testing/fake_host.hpp \
  share/cmake/wsp/wspConfig.cmake share/cmake/wsp/plugin.version share/pkgconfig/wsp.pc \
  share/wsp/README.md share/wsp/template/CMakeLists.txt share/wsp/examples/echo.c; do
  test -f "$prefix/$file" || { echo "not installed: $file"; exit 1; }
done
if grep -rl "$here/../.." "$prefix"; then
  echo "these name the source directory"
  exit 1
fi

configure() { # configure SOURCE BUILD
  quietly cmake -S "$1" -B "$2" -DCMAKE_PREFIX_PATH="$prefix" -DWSP_PLUGIN_DIR=plugins \
    -DCMAKE_CXX_FLAGS="$strict" -DCMAKE_C_FLAGS="$strict"
}

with_pkg_config() { # with_pkg_config OUTPUT
  export PKG_CONFIG_PATH="$prefix/share/pkgconfig"
  # shellcheck disable=SC2046,SC2086  # several words each
  quietly cc -std=c99 $strict -shared -fPIC "$prefix/share/wsp/examples/echo.c" -o "$1" \
    $(pkg-config --cflags wsp) $(pkg-config --libs wsp)
}

cp -r "$prefix/share/wsp/template" "$prefix/share/wsp/examples" "$scratch"
configure "$scratch/template" "$scratch/template/build"
quietly cmake --build "$scratch/template/build"
quietly ctest --test-dir "$scratch/template/build" --no-tests=error --output-on-failure
quietly cmake --install "$scratch/template/build" --prefix "$scratch/target"
configure "$scratch/examples" "$scratch/examples/build"
quietly cmake --build "$scratch/examples/build"
quietly ctest --test-dir "$scratch/examples/build" --no-tests=error --output-on-failure
with_pkg_config "$scratch/echo.so"

mkdir "$scratch/only_c"
cat >"$scratch/only_c/CMakeLists.txt" <<END
cmake_minimum_required(VERSION 3.21)
project(only_c LANGUAGES C)
find_package(wsp 1.0 REQUIRED)
wsp_add_plugin(only_c SOURCES ../examples/echo.c)
END
configure "$scratch/only_c" "$scratch/only_c/build"
quietly cmake --build "$scratch/only_c/build"

# Nothing of it remembers where it was installed.
mv "$prefix" "$scratch/moved"
prefix=$scratch/moved
with_pkg_config "$scratch/echo_moved.so"
configure "$scratch/only_c" "$scratch/only_c/build_moved"
quietly cmake --build "$scratch/only_c/build_moved"

"$here/exports.sh" "$scratch/target/plugins/greeter.so" "$scratch"/*.so "$scratch"/*/build*/*.so
