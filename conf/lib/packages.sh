# What the scripts need on the machine, and installing what is missing (Debian, Ubuntu). Sourced.
# shellcheck shell=bash

missing=()

fail() {
  echo "${0##*/}: $*" >&2
  exit 1
}

have() { command -v "$1" >/dev/null; }
have_header() { echo "#include <$1>" | c++ -x c++ -fsyntax-only - 2>/dev/null; }
have_apxs() { have apxs || have apxs2; }

# need PACKAGE COMMAND...: notes the package when the command fails.
need() {
  local package=$1
  shift
  "$@" || missing+=("$package")
}

# httpd and php-fpm live in sbin, which is not in everybody's PATH.
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin

find_httpd() { command -v httpd || command -v apache2; }
find_php_fpm() { compgen -c php-fpm | sort -V | tail -n 1 | grep .; }
find_module_dir() { if have apxs; then apxs -q LIBEXECDIR; else apxs2 -q LIBEXECDIR; fi; }
have_php_fpm() { find_php_fpm >/dev/null; }
have_httpd() { find_httpd >/dev/null; }
have_mod_php() { have_apxs && compgen -G "$(find_module_dir)/libphp*.so" >/dev/null; }

needs_for_building() {
  need g++ have c++
  need make have make
  need cmake have cmake
  need ninja-build have ninja
  need pkg-config have pkg-config
  need apache2-bin have_httpd
  need apache2-dev have_apxs
  need libssl-dev have_header openssl/ssl.h
  need zlib1g-dev have_header zlib.h
  need libcjson-dev have_header cjson/cJSON.h
  need liblmdb-dev have_header lmdb.h
  need libcurl4-openssl-dev have_header curl/curl.h
}

# needs_for_demo fpm|mod_php|none
needs_for_demo() {
  need openssl have openssl
  case $1 in
    fpm) need php-fpm have_php_fpm ;;
    mod_php) need libapache2-mod-php have_mod_php ;;
  esac
}

check_nothing_missing() {
  [ ${#missing[@]} = 0 ] || fail "missing here: apt-get install ${missing[*]}"
}

install_missing() {
  [ ${#missing[@]} -gt 0 ] || return 0
  have apt-get || fail "this is not Debian or Ubuntu; please install yourself: ${missing[*]}"
  echo "Installing ${missing[*]}"
  local script
  script=$(dirname "${BASH_SOURCE[0]}")/apt-install
  if [ "$(id -u)" = 0 ]; then
    "$script" "${missing[@]}"
  elif have sudo; then
    sudo "$script" "${missing[@]}"
  else
    fail "no sudo here; as root: apt-get install ${missing[*]}"
  fi || fail "apt-get could not install: ${missing[*]}"
}
