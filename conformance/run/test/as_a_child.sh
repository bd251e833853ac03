#!/bin/sh
# as_a_child.sh PROGRAM [ARGUMENT...]: a wrapper that stays, with the program as its child.
"$@" &
child=$!
told=
trap 'told=yes; kill -TERM "$child" 2>/dev/null' TERM
wait "$child"
status=$?
# A trapped signal ends a wait early. The shell may have seen the child's end by then, so that the child is gone, but its
# status still waits to be asked for; 127 says that the wait before had it.
while [ -n "$told" ]; do
  told=
  wait "$child"
  again=$?
  [ "$again" -eq 127 ] || status=$again
done
exit "$status"
