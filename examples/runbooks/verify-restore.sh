#!/usr/bin/env bash
# Starts a verification, waits until it is concluded, prints its record and ends with
#   0 passed   1 failed   2 inconclusive   3 no verdict: refused, not reached, or not understood
#
#   FUNCTION_URL=https://func-example.azurewebsites.net FUNCTION_KEY=... verify-restore.sh request.json
#
# Run again with the same IDEMPOTENCY_KEY it goes on with the same verification. RETRY_SECONDS (600) is how long one call is tried
# again while the app cannot be reached. Needs bash, curl 7.83 or newer, and jq.
set -Eeuo pipefail
trap 'exit 3' ERR

if [ $# -ne 1 ] || [ -z "${FUNCTION_URL:-}" ] || [ -z "${FUNCTION_KEY:-}" ]; then
  echo "usage: FUNCTION_URL=https://... FUNCTION_KEY=... $0 request.json" >&2
  exit 3
fi
origin=${FUNCTION_URL%/}
key=${IDEMPOTENCY_KEY:-$(date +%s)-$$-$RANDOM}
request=$(jq --compact-output --arg key "$key" '{idempotencyKey: $key} + .' "$1")
reply=$(mktemp)
trap 'rm -f "$reply"' EXIT

# Calls with the key in a header that no process list shows; sets status, wait and location. A POST that may have arrived is
# repeated without harm: it carries its idempotency key.
call() {
  local facts
  facts=$(curl --silent --show-error --max-time 60 --retry 8 --retry-all-errors --retry-max-time "${RETRY_SECONDS:-600}" \
    --header @<(printf 'x-functions-key: %s\n' "$FUNCTION_KEY") --output "$reply" \
    --write-out '%{http_code}\n%header{retry-after}\n%header{location}\n' "$@")
  { read -r status; read -r wait || true; read -r location || true; } <<<"$facts"
}

call --request POST --header 'content-type: application/json' --data-binary "$request" "$origin/api/verifications"
while [ "$status" = 202 ]; do
  # The key goes to the app and to nobody else, wherever the reply points.
  path=${location#"$origin"}
  if [[ $path != /api/verifications/* ]]; then path=/api/verifications/$(jq --exit-status --raw-output .id "$reply"); fi
  [[ $wait =~ ^[0-9]{1,3}$ ]] || wait=30
  echo "still running: $path, next look in $wait s" >&2
  sleep "$wait"
  call "$origin$path"
done

cat "$reply"
if [ "$status" != 200 ]; then
  echo "the app answered $status" >&2
  exit 3
fi
verdict=$(jq --raw-output .verdict "$reply")
case $verdict in
  passed) exit 0 ;;
  failed) exit 1 ;;
  inconclusive) exit 2 ;;
  *) exit 3 ;;
esac
