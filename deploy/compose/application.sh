#!/bin/sh
# An application that logs orders, and after five minutes something it never logged before.
log() { echo "$(date -u +%Y-%m-%dT%H:%M:%SZ) $*" >>"${LOG:-/var/log/app/orders.log}"; }
n=0
while [ "$n" -lt "${LINES_MAX:-1000000000}" ]; do
    n=$((n + 1))
    log "INFO order $n received from customer $((n * 7919 % 1000))"
    log "INFO order $n paid in $((n * 31 % 400)) ms"
    log "INFO order $n shipped by carrier-$((n % 3))"
    [ $((n % 50)) -ne 0 ] || log "WARN stock of item $((n % 20)) is low: $((n % 9)) left"
    [ "$n" -ne "${FAULT_AT:-1500}" ] || log "ERROR payment gateway refused certificate of host pay-$((n % 5)): expired"
    sleep "${PAUSE:-0.2}"
done
