#!/usr/bin/env bash
# The loop that stands in every wiki: ask until the answer says Success. It lists what it is to wait for, waits for one after the
# other, and takes whatever else comes for "not yet". An empty list counts as a crash, although without that line it would be green.
deadline=$((${EPOCHREALTIME/./} + LIMIT_MS * 1000))
get() { curl -s "$ENDPOINT$1?api-version=6.4"; }

ids=$PARTITIONS
for application in $APPLICATIONS; do
  SERVICES+=" $(get "/Applications/$application/\$/GetServices" | jq -r '.Items[] | select(.HasPersistedState) | .Id')"
done
for service in $SERVICES; do
  ids+=" $(get "/Services/$service/\$/GetPartitions" | jq -r '.Items[] | select(.ServiceKind == "Stateful") | .PartitionInformation.Id')"
done
[ -n "${ids// /}" ] || exit 3

for id in $ids; do
  until [ "$(get "/Partitions/$id/\$/GetRestoreProgress" | jq -r .RestoreState)" = Success ]; do
    [ "${EPOCHREALTIME/./}" -lt "$deadline" ] || exit 11
    sleep 0.1
  done
done
