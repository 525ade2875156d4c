#!/bin/sh
# A base backup of the whole server into $MX_ARCHIVE/base/<time>, verified; to be run every night.
# With the archived log since then it can be restored to any second. PGHOST and PGUSER say where.
# Keeps the newest $MX_KEEP (7) backups; the log older than the oldest of them is of no more use.
set -eu
archive="${MX_ARCHIVE:-/archive}"
now="$(date -u +%Y%m%dT%H%M%SZ)"
mkdir -p "$archive/base"
pg_basebackup --pgdata="$archive/base/$now.partial" --format=plain --wal-method=stream \
    --checkpoint=fast --manifest-checksums=SHA256
pg_verifybackup --quiet "$archive/base/$now.partial"
mv "$archive/base/$now.partial" "$archive/base/$now"
cd "$archive/base"
ls -1d ./*Z | sort -r | tail -n "+$((${MX_KEEP:-7} + 1))" | while read -r old; do rm -rf "$old"; done
oldest="$(ls -1d ./*Z | sort | head -n 1)"
if [ -d ../wal ]; then
    first="$(sed -n 's/^START WAL LOCATION:.*(file \([0-9A-F]*\)).*/\1/p' "$oldest/backup_label")"
    pg_archivecleanup ../wal "$first"
fi
echo "$archive/base/$now"
