#!/bin/sh
# PostgreSQL's archive_command: keeps one segment of the write-ahead log. Arguments: its path, its name.
# Success is told only when it is on disk under its name; one that is there already must be the same.
set -eu
archive="${MX_ARCHIVE:-/archive}/wal"
mkdir -p "$archive"
if [ -e "$archive/$2" ]; then
    cmp -s "$1" "$archive/$2"
    exit
fi
cp "$1" "$archive/$2.partial"
sync "$archive/$2.partial"
mv "$archive/$2.partial" "$archive/$2"
