# Starting, watching and stopping the servers of conf/demo. Sourced.
# shellcheck shell=bash

pids=()   # in the order of their start
tail_pid=

# listens PORT: somebody on this machine does.
listens() {
  awk -v port="$(printf ':%04X' "$1")" \
    '$4 == "0A" && $2 ~ port "$" { found = 1 } END { exit !found }' /proc/net/tcp*
}

check_port_is_free() {
  if [[ ! $2 =~ ^[0-9]{1,5}$ ]] || ((10#$2 < 1 || 10#$2 > 65535)); then
    fail "$1 $2: not a port number"
  fi
  ! listens "$2" || fail "port $2 is taken by another program; choose another one with $1"
}

# as_server COMMAND...: as the user that the server's children run as.
as_server() {
  if [ "$(id -u)" = 0 ]; then runuser -u "$DEMO_USER" -- "$@"; else "$@"; fi
}

raise_open_files() {
  local hard
  hard=$(ulimit -Hn)
  if [ "$hard" = unlimited ] || [ "$hard" -gt "$1" ]; then hard=$1; fi
  ulimit -Sn "$hard"
}

# start NAME COMMAND...: in a session of its own, so that Ctrl-C reaches this script alone, which
# stops it in order; the kernel stops it when this script is killed.
start() {
  local name=$1
  shift
  have "$1" || fail "$name is not installed"
  setsid setpriv --pdeathsig TERM -- "$@" </dev/null &
  pids+=($!)
}

# Ends by itself, all lines shown, once the process started last has ended.
follow_log() {
  setsid setpriv --pdeathsig TERM -- tail -q -n +1 -s 0.1 -F --pid="${pids[-1]}" "$1" 2>/dev/null &
  tail_pid=$!
}

all_alive() {
  local pid
  for pid in "${pids[@]}"; do kill -0 "$pid" 2>/dev/null || return 1; done
}

wait_for_port() {
  until listens "$1"; do
    all_alive || fail "the server did not start"
    sleep 0.05
  done
}

wait_for_socket() {
  until [ -S "$1" ]; do
    all_alive || fail "the server did not start"
    sleep 0.05
  done
}

wait_for_any() {
  wait -n "${pids[@]}" || true
  fail "a server process has ended by itself"
}

# stop PID SECONDS: TERM, and KILL when that does not help in time.
stop() {
  kill -TERM "$1" 2>/dev/null || return 0
  local tenths=$(($2 * 10))
  while kill -0 "$1" 2>/dev/null && [ $((tenths--)) -gt 0 ]; do sleep 0.1; done
  kill -KILL "$1" 2>/dev/null || true
  wait "$1" 2>/dev/null || true
}

# The last started first. httpd gives its children ten seconds.
stop_all() {
  trap '' INT TERM HUP
  local i
  for ((i = ${#pids[@]} - 1; i >= 0; i--)); do stop "${pids[i]}" 15; done
  [ -z "$tail_pid" ] || wait "$tail_pid" 2>/dev/null || true
}
