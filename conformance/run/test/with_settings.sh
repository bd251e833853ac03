#!/bin/sh
# with_settings.sh PREFIX PROGRAM [ARGUMENT...]: the program, with each variable PREFIX_SOME_NAME as a flag --some-name.
set -eu
prefix=$1
shift
for name in $(env | sed -n "s/^\(${prefix}[A-Z_]*\)=.*/\1/p"); do
  case $name in
    # The gateway reads these by itself.
    *_LISTEN | *_FILE | *_DATABASE | *_PEPPER) continue ;;
  esac
  set -- "$@" "--$(echo "${name#"$prefix"}" | tr 'A-Z_' 'a-z-')" "$(printenv "$name")"
done
[ -z "${KITFOX_PROBE_FILE:-}" ] || set -- "$@" --health-file "$KITFOX_PROBE_FILE"
exec "$@"
