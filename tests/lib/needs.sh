# What each group of tests needs on the machine, beyond what building needs. Sourced by tests/run.
# shellcheck shell=bash

needs_npm=no

have_python_module() { [ -x /usr/bin/python3 ] && /usr/bin/python3 -c "import $1" 2>/dev/null; }
have_php_extension() { have php && php -r "exit(extension_loaded('$1') ? 0 : 1);"; }
have_chromium() { have chromium || have chromium-browser || have google-chrome; }

# can_compile_with_clang FLAG...
can_compile_with_clang() {
  local out result=0
  out=$(mktemp)
  echo 'extern "C" int LLVMFuzzerTestOneInput(const char *, unsigned long) { return 0; }' |
    clang++ -x c++ "$@" - -o "$out" 2>/dev/null || result=1
  rm -f "$out"
  return $result
}

needs_of_python() { need python3 test -x /usr/bin/python3; }

needs_of_node() {
  # shellcheck disable=SC2034
  needs_npm=yes
  need nodejs have node
  need npm have npm
}

needs_for_unit() { need libcpputest-dev have_header CppUTest/TestHarness.h; }
needs_for_bus() { needs_for_unit; }
needs_for_sdk() { needs_for_unit; }
needs_for_plugins() { needs_for_unit; }
needs_for_docs() {
  needs_of_python
  need python3-pytest have_python_module pytest
  need php-cli have php
  need git have git
}

needs_for_httpd() {
  needs_for_unit
  needs_of_python
  needs_of_node
  needs_for_demo fpm
  needs_for_demo mod_php
  need python3-pytest have_python_module pytest
  need python3-websockets have_python_module websockets
  need python3-h2 have_python_module h2
  need nginx have nginx
  need haproxy have haproxy
  need prometheus have promtool
}

needs_for_php() {
  needs_for_unit
  needs_of_python
  needs_for_demo fpm
  needs_for_demo mod_php
  need python3-pytest have_python_module pytest
  need php-cli have php
  need php-curl have_php_extension curl
  need phpunit have phpunit
  need php-guzzlehttp-guzzle test -f /usr/share/php/GuzzleHttp/autoload.php
}

needs_for_packages() {
  needs_of_python
  need python3-pytest have_python_module pytest
  need mmdebstrap have mmdebstrap
  need gpg have gpg  # by which it knows the mirror's key
  need lintian have lintian
  need cmark-gfm have cmark-gfm
  need rpm have rpmbuild
  need rpmlint have rpmlint
}

needs_for_browser() {
  needs_of_python
  needs_of_node
  need python3-pytest have_python_module pytest
  needs_for_demo fpm
  needs_for_demo mod_php
  need chromium/chromium-browser have_chromium
}

needs_for_valgrind() {
  needs_for_httpd
  need valgrind have valgrind
}

needs_for_sanitize() { needs_for_httpd; }

needs_for_fuzz() {
  needs_for_unit
  needs_of_python
  needs_of_node
  need clang have clang++
  need libclang-rt-dev/libclang-common-14-dev can_compile_with_clang -fsanitize=fuzzer,address,undefined
}

needs_for_bench() { needs_for_httpd; }
needs_for_soak() { needs_for_httpd; }
needs_for_chaos() { needs_for_httpd; needs_of_node; }

needs_for_lint() {
  needs_for_unit
  needs_of_python
  need clang-tidy have clang-tidy
  need clang-format have clang-format
  need cppcheck have cppcheck
  need shellcheck have shellcheck
  need pyflakes3 have_python_module pyflakes
  need git have git
}

needs_for_coverage() {
  needs_for_unit
  need gcovr have gcovr
}

# install_npm_packages DIR: as its package-lock.json says, unless they are there already.
install_npm_packages() {
  [ "$1/node_modules/.package-lock.json" -nt "$1/package-lock.json" ] ||
    npm ci --prefix "$1" --ignore-scripts --no-audit --no-fund --loglevel=error
}
