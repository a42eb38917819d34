#!/usr/bin/env bash
# Runs every test there is, on a Debian machine that has the .NET SDK and Node, and ends with a line
# "N passed, N failed, N skipped". Chromium, PostgreSQL and a mail server (aiosmtpd) are installed if they are missing. Nothing is left running.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

root=$PWD
output=$root/tests/output
scratch=
passed=0 failed=0 skipped=0
failures=()

export CI=${CI:-true} DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_CLI_UI_LANGUAGE=en

say() { printf '\n== %s\n' "$*"; }
stop() { printf 'tests/run.sh: %s\n' "$*" >&2; exit 1; }

# --- What the tests need -------------------------------------------------------------------------------------------

# PostgreSQL refuses to run as root, and so do we.
as_postgres() {
  if [ "$(id -u)" = 0 ]; then (cd / && runuser -u postgres -- "$@"); else "$@"; fi
}

postgres_bin() { ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1; }

require_tools() {
  command -v dotnet >/dev/null || stop 'the .NET SDK named in global.json is needed.'
  command -v node >/dev/null && command -v npm >/dev/null || stop 'Node 20.11 or later is needed, with npm.'

  local missing=()
  [ -x /usr/bin/chromium ] || missing+=(chromium)
  [ -x "$(postgres_bin)/initdb" ] || missing+=(postgresql)
  /usr/bin/python3 -c 'import aiosmtpd' 2>/dev/null || missing+=(python3-aiosmtpd)
  [ ${#missing[@]} -gt 0 ] || return 0

  say "Installing ${missing[*]}"
  local as_root=()
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || stop "please install as root: apt-get install ${missing[*]}"
    as_root=(sudo)
  fi
  command -v apt-get >/dev/null || stop "please install: ${missing[*]} (this machine has no apt-get)"
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -q </dev/null
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}" </dev/null
}

# A cluster of our own: in a temporary folder, on a free port of the loopback address, with a password of its own.
start_postgres() {
  say 'Starting PostgreSQL'
  local bin port password
  bin=$(postgres_bin)
  port=$(node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })')
  password=$(node -p 'require("crypto").randomBytes(24).toString("hex")')
  mkdir "$scratch/postgres"
  (umask 077 && printf '%s' "$password" >"$scratch/password")
  if [ "$(id -u)" = 0 ]; then chown postgres "$scratch/postgres" "$scratch/password"; fi
  as_postgres "$bin/initdb" --pgdata="$scratch/postgres/data" --username=identityserver --pwfile="$scratch/password" \
    --auth=scram-sha-256 --encoding=UTF8 --locale=C >"$output/postgres-init.log" || stop "initdb failed, see $output/postgres-init.log"
  # The data is thrown away, so it need not survive a power cut.
  as_postgres "$bin/pg_ctl" --pgdata="$scratch/postgres/data" --log="$scratch/postgres/log" --wait --silent start \
    --options="-c listen_addresses=127.0.0.1 -c port=$port -c unix_socket_directories=$scratch/postgres -c max_connections=200 -c fsync=off" \
    || { cat "$scratch/postgres/log" >&2; stop 'PostgreSQL did not start.'; }
  export IDENTITYSERVER_TEST_POSTGRES="Host=127.0.0.1;Port=$port;Username=identityserver;Password=$password;Database=postgres"
}

clean_up() {
  local status=$?
  trap - EXIT
  if [ -n "$scratch" ]; then
    if [ -f "$scratch/postgres/data/postmaster.pid" ]; then
      as_postgres "$(postgres_bin)/pg_ctl" --pgdata="$scratch/postgres/data" --mode=immediate --silent stop || true
    fi
    rm -rf "$scratch"
  fi
  exit "$status"
}

# --- The suites ----------------------------------------------------------------------------------------------------

# add <passed> <failed> <skipped>
add() { passed=$((passed + $1)) failed=$((failed + $2)) skipped=$((skipped + $3)); }

# A suite that ends badly without a failed test to show for it (it crashed, hung or has no tests) counts as one failure.
ended_badly() { failures+=("$1: $2"); add 0 1 0; }

run_dotnet_suite() {
  local project=$1 name results status=0
  name=$(basename "$project" .csproj)
  results=$output/$name.trx
  say "$name"
  dotnet test "$project" --no-build -c Release --nologo --results-directory "$output" --logger "trx;LogFileName=$name.trx" \
    --blame-hang-timeout 10min --blame-hang-dump-type none </dev/null || status=$?

  local counters total=0 executed=0 ok=0 bad=0
  counters=$(grep -o '<Counters [^>]*>' "$results" 2>/dev/null || true)
  count() { sed -n "s/.* $1=\"\([0-9]*\)\".*/\1/p" <<<"$counters"; }
  if [ -z "$counters" ]; then ended_badly "$name" "no results (exit code $status)"; return; fi
  total=$(count total) executed=$(count executed) ok=$(count passed) bad=$(count failed)
  add "$ok" "$bad" $((total - executed))
  while IFS= read -r test; do failures+=("$name: $test"); done < <(
    { grep '<UnitTestResult [^>]*outcome="Failed"' "$results" || true; } \
      | sed 's/.* testName="\([^"]*\)".*/\1/; s/&quot;/"/g; s/&lt;/</g; s/&gt;/>/g; s/&amp;/\&/g')
  if [ "$total" = 0 ]; then ended_badly "$name" 'it has no tests'
  elif [ "$status" != 0 ] && [ "$bad" = 0 ]; then ended_badly "$name" "it ended with exit code $status"; fi
}

run_node_suite() {
  local folder=$1 name results status=0
  name=$(basename "$folder")
  results=$output/$name.tap
  say "$name"
  (cd "$folder" && npm ci --no-audit --no-fund --loglevel=error && node --test \
    --test-reporter=spec --test-reporter-destination=stdout --test-reporter=tap --test-reporter-destination="$results") </dev/null || status=$?

  count() { sed -n "s/^# $1 \([0-9]*\)$/\1/p" "$results" 2>/dev/null | tail -n 1; }
  if [ -z "$(count tests)" ]; then ended_badly "$name" "no results (exit code $status)"; return; fi
  local bad=$(($(count fail) + $(count cancelled)))
  add "$(count pass)" "$bad" $(($(count skipped) + $(count todo)))
  while IFS= read -r test; do failures+=("$name: $test"); done < <(sed -n 's/^not ok [0-9]* - //p' "$results")
  if [ "$(count tests)" = 0 ]; then ended_badly "$name" 'it has no tests'
  elif [ "$status" != 0 ] && [ "$bad" = 0 ]; then ended_badly "$name" "it ended with exit code $status"; fi
}

# --- One run -------------------------------------------------------------------------------------------------------

require_tools
rm -rf "$output"
mkdir -p "$output"
trap clean_up EXIT
trap 'exit 130' INT TERM
scratch=$(mktemp -d)
chmod 755 "$scratch"
start_postgres

say 'Building'
dotnet build IdentityServer.sln -c Release --nologo -v quiet -nodeReuse:false </dev/null
export IDENTITYSERVER_DLL=$root/src/IdentityServer/bin/Release/net10.0/IdentityServer.dll

for project in tests/*/*.csproj; do
  if grep -q 'Microsoft.NET.Test.Sdk' "$project"; then run_dotnet_suite "$project"; fi
done
run_node_suite tests/openid-client
run_node_suite tests/fusionauth-client

if [ ${#failures[@]} -gt 0 ]; then
  say 'Failures'
  printf '  %s\n' "${failures[@]}"
fi
printf '\n%s passed, %s failed, %s skipped\n' "$passed" "$failed" "$skipped"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
