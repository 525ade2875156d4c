#!/usr/bin/env bash
# Makes every secret of the compose set-up, once: bash deploy/compose/secrets.sh [FOLDER]
# What is there stays: run it again after deleting a file to change that one. Certificates hold two years.
set -euo pipefail
umask 077
cd "$(dirname "$0")/../.."
folder="${1:-deploy/compose/secrets}"
python="${PYTHON:-.venv/bin/python}"
mkdir -p "$folder/broker" "$folder/tls/rabbitmq" "$folder/tls/postgres"

secret() { [[ -s "$folder/$1" ]] || openssl rand -hex 24 >"$folder/$1"; }
written() { [[ -s "$folder/$1" ]] || printf '%s\n' "$2" >"$folder/$1"; }

for name in postgres grafana mx_owner mx_fleet mx_reports; do secret "$name"; done
[[ -s "$folder/secret_keys" ]] || openssl rand -base64 32 | tr '+/' '-_' >"$folder/secret_keys"

for role in mintsoft listener ingress worker scheduler relay console operator monitoring; do
    secret "broker/mx-$role"
    written "amqp_url_$role" "amqps://mx-$role:$(<"$folder/broker/mx-$role")@rabbitmq:5671/%2F?cacertfile=/run/secrets/ca.crt"
done
for role in owner fleet reports; do
    written "database_url_$role" "postgresql://mx_$role:$(<"$folder/mx_$role")@postgres/mintsoft_xero?sslmode=verify-full&sslrootcert=/run/secrets/ca.crt"
done
for role in owner fleet reports; do
    printf "alter role mx_%s password '%s';\n" "$role" "$(<"$folder/mx_$role")"
done >"$folder/passwords.sql"

if [[ ! -s "$folder/tls/ca.key" ]]; then
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 \
        -subj "/CN=mintsoft-xero" -keyout "$folder/tls/ca.key" -out "$folder/tls/ca.crt" 2>/dev/null
fi
for server in rabbitmq postgres; do
    here="$folder/tls/$server"
    [[ -s "$here/tls.crt" ]] && continue
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$server" \
        -keyout "$here/tls.key" -out "$here/tls.csr" 2>/dev/null
    openssl x509 -req -days 730 -in "$here/tls.csr" -CA "$folder/tls/ca.crt" -CAkey "$folder/tls/ca.key" \
        -CAcreateserial -out "$here/tls.crt" 2>/dev/null \
        -extfile <(printf 'subjectAltName=DNS:%s,DNS:localhost\nextendedKeyUsage=serverAuth\n' "$server")
    cp "$folder/tls/ca.crt" "$here/ca.crt"
    rm "$here/tls.csr"
done

"$python" -m deploy.rabbitmq.generate --secrets "$folder/broker" >"$folder/definitions.json"

# Containers read them as users of their own: the servers as 999, Grafana as 472, the fleet as 10001.
if [[ "$(id -u)" == 0 ]]; then
    chown -R 10001:10001 "$folder"
    chown -R 999:999 "$folder/tls/rabbitmq" "$folder/tls/postgres" "$folder/definitions.json" \
        "$folder/passwords.sql" "$folder/postgres"
    chown 472:472 "$folder/grafana"
    chmod 711 "$folder" "$folder/tls"
else
    echo "Not root: let user 999 read tls/rabbitmq, tls/postgres, definitions.json, passwords.sql and" \
        "postgres, user 472 grafana, and user 10001 the rest (sudo bash $0)." >&2
fi
