# Completion for bash. Commands and flags are read from `kitfox ... --help`, so that it knows what the installed one knows.
_kitfox() {
  local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} path=() i
  for ((i = 1; i < COMP_CWORD; ++i)); do
    case ${COMP_WORDS[i]} in
      --) return ;;  # what follows is somebody else's program
      -*) break ;;
      *) path+=("${COMP_WORDS[i]}") ;;
    esac
  done
  case $previous in
    --requirement) COMPREPLY=($(compgen -W "$(kitfox explain 2>/dev/null | grep -oE '\b[A-Z]{2,3}-[0-9]+\b' | sort -u)" -- "$word")); return ;;
    --world) COMPREPLY=($(compgen -W "sim sockets all" -- "$word")); return ;;
    --profile) COMPREPLY=($(compgen -W "core fleet secure" -- "$word")); return ;;
    --level) COMPREPLY=($(compgen -W "must should" -- "$word")); return ;;
    --subject | --out) COMPREPLY=($(compgen -f -- "$word")); return ;;
  esac
  local help
  help=$(kitfox "${path[@]}" --help 2>/dev/null) || help=$(kitfox "${path[@]:0:1}" --help 2>/dev/null)
  if [[ $word == -* ]]; then
    COMPREPLY=($(compgen -W "$(grep -oE '(^|[ ,])--[a-z-]+' <<<"$help" | tr -d ' ,')" -- "$word"))
  else
    local commands
    commands=$(sed -n '/^Subcommands:/,/^$/p' <<<"$help" | grep -oE '^  [a-z]+' | tr -d ' ')
    COMPREPLY=($(compgen -W "$commands" -- "$word") $(compgen -f -- "$word"))
  fi
}
complete -F _kitfox kitfox
