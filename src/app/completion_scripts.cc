// What a shell reads once: each asks the program at the cursor, `postroad completion values SHELL`, and takes its answer as words that
// are never evaluated.
#include "app/completion_reply.h"

namespace postroad::app {
namespace {

constexpr std::string_view kBash = R"SH(# postroad completion for bash: eval "$(postroad completion bash)"
_postroad() {
  local program reply
  program=$(type -P -- "${1/#\~\//$HOME/}") || program=postroad
  mapfile -t reply < <("$program" completion values bash "$COMP_WORDBREAKS" "${COMP_LINE:0:COMP_POINT}" 2>/dev/null)
  COMPREPLY=("${reply[@]:1}")
  case "${reply[0]}" in
    nospace) compopt -o nospace ;;
    files) compopt -o default ;;
    directories) compopt -o dirnames ;;
  esac
}
complete -o nosort -F _postroad postroad
)SH";

constexpr std::string_view kZsh = R"SH(#compdef postroad
# postroad completion for zsh: eval "$(postroad completion zsh)", or as _postroad in a directory of $fpath
_postroad() {
  local program=${(Q)words[1]/#\~\//$HOME/} line value
  local -a reply values shown open open_shown
  reply=("${(@f)$(command $program completion values zsh "${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null)}")
  [[ $PREFIX == --*=* ]] && [[ ${reply[1]} == (files|directories) ]] && compset -P '*='
  case ${reply[1]} in
    files) _files; return ;;
    directories) _files -/; return ;;
  esac
  for line in "${(@)reply[2,-1]}"; do
    value=${line%%$'\t'*}
    [[ -n $value ]] || continue
    [[ $line == *$'\t'* ]] && line="$value  -- ${line#*$'\t'}"
    if [[ $value == *[:=/] ]]; then
      open+=("$value") open_shown+=("$line")
    else
      values+=("$value") shown+=("$line")
    fi
  done
  (( $#open )) && compadd -V postroad-open -S '' -l -d open_shown -a open
  (( $#values )) && compadd -V postroad -l -d shown -a values
  (( $#open + $#values ))
}
if [[ $funcstack[1] == _postroad ]]; then _postroad "$@"; else compdef _postroad postroad; fi
)SH";

constexpr std::string_view kFish = R"SH(# postroad completion for fish: postroad completion fish | source
function __postroad_values
  set -l words (commandline -opc)
  set -l typed (commandline -ct | string unescape)
  set -l program (string replace -r '^~/' "$HOME/" -- $words[1])
  set -e words[1]
  set -l reply (command $program completion values fish $words "$typed" 2>/dev/null)
  set -l option (string match -r '^--[a-z-]+=' -- "$typed"); or set option ''
  set -l path (string replace -r '^--[a-z-]+=' '' -- "$typed")
  switch "$reply[1]"
    case files
      printf '%s\n' $option(__fish_complete_path "$path")
    case directories
      printf '%s\n' $option(__fish_complete_directories "$path")
  end
  set -e reply[1]
  test (count $reply) -gt 0 && printf '%s\n' $reply
end
complete -c postroad -f -k -a '(__postroad_values)'
)SH";

}  // namespace

std::string_view completion_script(std::string_view shell) { return shell == "bash" ? kBash : shell == "zsh" ? kZsh : kFish; }

}  // namespace postroad::app
