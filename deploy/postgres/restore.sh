#!/bin/sh
# Makes a data directory as the server was at a time: restore.sh BACKUP DATA ['2026-11-23 12:34:56+00']
# Without a time: as far as the archived log reaches. DATA must be empty; start a server on it afterwards,
# look, and only then let the fleet at it. Run as the user whom PostgreSQL runs as.
set -eu
backup="$1" data="$2" time="${3:-}"
archive="${MX_ARCHIVE:-/archive}/wal"
if [ -e "$data" ] && [ -n "$(ls -A "$data")" ]; then
    echo "$data is not empty: name an empty folder, and keep the old data until all is well." >&2
    exit 1
fi
mkdir -p "$data"
cp -a "$backup/." "$data"
chmod 700 "$data"
{
    echo "restore_command = 'cp \"$archive/%f\" \"%p\"'"
    echo "recovery_target_action = promote"
    [ -z "$time" ] || echo "recovery_target_time = '$time'"
} >>"$data/postgresql.auto.conf"
touch "$data/recovery.signal"
