#!/usr/bin/env bash
# Builds the image with docker, podman or buildah, whichever is there: bash deploy/docker/build.sh [OPTION ...]
# Options go to that program: --build-arg BASE=docker.io/library/python@sha256:..., --network host.
# ENGINE=podman chooses one. The name is mintsoft-xero:VERSION, after pyproject.toml.
set -euo pipefail
cd "$(dirname "$0")/../.."

answers() { command -v "$1" >/dev/null && "$1" info >/dev/null 2>&1; }

engine="${ENGINE:-}"
for each in docker podman buildah; do
    [[ -n "$engine" ]] && break
    if answers "$each"; then engine="$each"; fi
done
if [[ -z "$engine" ]]; then
    echo "No docker, podman or buildah answers: install one (apt-get install buildah) or start it." >&2
    exit 1
fi

version="$(sed -n 's/^version = "\(.*\)"$/\1/p' pyproject.toml)"
revision="$(git describe --always --dirty --abbrev=12 2>/dev/null || echo unknown)"
options=(--file deploy/docker/Dockerfile --tag "mintsoft-xero:$version"
    --build-arg "VERSION=$version" --build-arg "REVISION=$revision")
# The health check is part of Docker's format alone; the other two write OCI's unless told.
[[ "$engine" == docker ]] || options+=(--format docker)
echo "Building mintsoft-xero:$version with $engine ..." >&2
exec "$engine" build "${options[@]}" "$@" .
