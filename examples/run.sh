#!/usr/bin/env bash
# One sync, for cron. The directory that it is given (its own, if none is) holds the configs, the state and the lock.
# TAP and TARGET are the two commands, their words parted by blanks.
set -u
cd "${1:-$(dirname "$0")}" || exit 1
tap=${TAP:-tap-activecampaign --config config.json}
target=${TARGET:-target-postgres --config target.json}

# The tap and the target hold the lock as well: it is free when the last of them has ended.
exec 9> .lock
flock --nonblock 9 || { echo 'the last run is still going' >&2; exit 0; }

touch state.json
exec 8> >(exec $target > states.txt)
target_pid=$!
$tap --state state.json >&8 &
tap_pid=$!
exec 8>&-
# Only the tap is stopped: it writes a last STATE, and the target takes in what has come.
trap 'kill -TERM $tap_pid 2> /dev/null' TERM INT
code=0
wait $tap_pid || code=$?
while kill -0 $tap_pid 2> /dev/null; do wait $tap_pid || code=$?; done
wait $target_pid || code=$?

# The last whole line; a target that was killed may have left half of one, or none, and then the state stays.
grep '^{.*}$' states.txt | tail -n 1 > state.tmp
if [ -s state.tmp ]; then sync state.tmp && mv state.tmp state.json; else rm state.tmp; fi
exit $code
