#!/usr/bin/env bash
# Makes the settings of a machine without containers, once: bash deploy/systemd/settings.sh [FOLDER]
# FOLDER (/etc/mintsoft-xero) gets common.env, owner.env, <role>.env with a broker user each, and in admin/ what the
# servers are to be told. DATABASE (127.0.0.1:5432) and BROKER (127.0.0.1:5672) say where they are. What is there
# stays: run it again after deleting a file to change that one.
set -euo pipefail
umask 027
cd "$(dirname "$0")/../.."
folder="${1:-/etc/mintsoft-xero}"
database="${DATABASE:-127.0.0.1:5432}/${DATABASE_NAME:-mintsoft_xero}"
broker="${BROKER:-127.0.0.1:5672}"
python="${PYTHON:-/opt/mintsoft-xero/bin/python}"
mkdir -p "$folder/admin/broker"
chmod 700 "$folder/admin" "$folder/admin/broker"

secret() { [[ -s "$folder/admin/$1" ]] || openssl rand -hex 24 >"$folder/admin/$1"; }
written() { [[ -s "$folder/$1" ]] || cat >"$folder/$1"; }

for role in owner fleet reports; do
    secret "mx_$role"
    printf "alter role mx_%s password '%s';\n" "$role" "$(<"$folder/admin/mx_$role")"
done >"$folder/admin/passwords.sql"

written common.env <<END
MX_DATABASE_URL=postgresql://mx_fleet:$(<"$folder/admin/mx_fleet")@$database
MX_SECRET_KEYS=$(openssl rand -base64 32 | tr '+/' '-_')
MX_PUBLIC_URL=https://xero.example.com
MX_XERO_CLIENT_ID=
MX_XERO_CLIENT_SECRET=
MX_XERO_WEBHOOK_KEY=
MX_MINTSOFT_API_KEY=
FORWARDED_ALLOW_IPS=127.0.0.1
END
written owner.env <<END
MX_DATABASE_URL=postgresql://mx_owner:$(<"$folder/admin/mx_owner")@$database
END

port="${METRICS_PORT:-9464}" # the first; each role has the next one
for role in mintsoft listener ingress worker scheduler relay console operator monitoring; do
    secret "broker/mx-$role"
    url="amqp://mx-$role:$(<"$folder/admin/broker/mx-$role")@$broker/%2F"
    case "$role" in
    ingress | scheduler | relay | console | worker)
        printf 'MX_AMQP_URL=%s\nMX_METRICS_PORT=%s\n' "$url" "$port" | written "$role.env"
        port=$((port + 1))
        ;;
    *) printf 'MX_AMQP_URL=%s\n' "$url" | written "$role.env" ;;
    esac
done
"$python" -m deploy.rabbitmq.generate --secrets "$folder/admin/broker" >"$folder/admin/definitions.json"

# The fleet's user may read the settings, and neither the owner's nor the servers' passwords.
if [[ "$(id -u)" == 0 ]] && getent group mintsoft-xero >/dev/null; then
    chgrp mintsoft-xero "$folder" "$folder"/*.env
    chgrp root "$folder/owner.env"
fi
echo "Now set MX_PUBLIC_URL and the keys of Xero and Mintsoft in $folder/common.env." >&2
