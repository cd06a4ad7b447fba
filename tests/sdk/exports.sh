#!/bin/sh
# Plugins export the entry symbol and nothing else. Usage: exports.sh PLUGIN.so...
set -eu
for plugin; do
  symbols=$(nm -D --defined-only "$plugin" | sed 's/.* //')
  if [ "$symbols" != wsp_plugin_v1 ]; then
    echo "$plugin exports: $symbols"
    exit 1
  fi
done
echo "$# plugins"
test $# -gt 0
