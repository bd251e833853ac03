#!/bin/sh
# as_a_child.sh PROGRAM [ARGUMENT...]: a wrapper that stays, with the program as its child.
"$@" &
child=$!
trap 'kill -TERM "$child"' TERM
wait "$child"
status=$?
# A trapped signal ends the first wait early.
while kill -0 "$child" 2>/dev/null; do
  wait "$child"
  status=$?
done
exit "$status"
