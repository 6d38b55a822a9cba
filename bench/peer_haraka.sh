#!/usr/bin/env bash
# peer_haraka.sh LISTEN_PORT SINK_PORT [relay|hold]   a private Haraka in the foreground, loopback only, its queue on disk
# Its own outbound queue, which syncs each file before the answer; no DNS, no TLS, no plugin but the next hop. hold: accepts, sends
# nothing. env: BENCH_DIR (queue and configuration), HARAKA_NODES (workers; default: one a core)
set -euo pipefail
port=${1:?listen port} sink=${2:?sink port} mode=${3:-relay}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
base=${BENCH_DIR:-${TMPDIR:-/tmp}}
[ -d "$here/haraka/node_modules/Haraka" ] || (cd "$here/haraka" && npm ci --omit=optional --ignore-scripts --no-audit --no-fund >&2)
home=$(mktemp -d "$base/haraka.XXXXXX")
mkdir -p "$home/config" "$home/queue" "$home/plugins"
cp "$here/haraka/plugins/bench_hop.js" "$home/plugins/"
echo bench.test > "$home/config/me"
echo bench_hop > "$home/config/plugins"
cp "$here/haraka/node_modules/Haraka/config/connection.ini" "$home/config/"
printf '[main]\nlevel=ERROR\n' > "$home/config/log.ini"
printf '[main]\nlisten=127.0.0.1:%s\nnodes=%s\n' "$port" "${HARAKA_NODES:-$(nproc)}" > "$home/config/smtp.ini"
{
  echo '[main]'
  echo 'enable_tls=false'
  echo 'local_mx_ok=true'
  echo 'received_header=Haraka outbound'
  [ "$mode" = hold ] && echo 'disabled=true'
  true
} > "$home/config/outbound.ini"
export BENCH_SINK=$sink
trap 'trap - EXIT TERM INT; kill "${server:-0}" 2>/dev/null || true; wait "${server:-0}" 2>/dev/null || true; rm -rf "$home"; exit 0' EXIT TERM INT
node "$here/haraka/node_modules/Haraka/bin/haraka" -c "$home" &
server=$!
wait "$server"
