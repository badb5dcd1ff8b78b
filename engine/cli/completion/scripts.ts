import { quote } from '../../connection/base/quote.ts';
import type { Shell } from './shell-word.ts';

/** Returns the completion script of a shell. The script calls `program` at each Tab. */
export function completionScript(shell: Shell, program: string): string {
  return SCRIPTS[shell].replaceAll('@PROGRAM@', () => quote(program));
}

const SCRIPTS: Readonly<Record<Shell, string>> = {
  bash: `# Completion of runbook for bash. Install: see \`runbook completion --help\`.
_runbook() {
  local program=@PROGRAM@ current=\${COMP_WORDS[COMP_CWORD]} first line value
  local -a lines=()
  [[ -x $program ]] || program=runbook
  COMPREPLY=()
  mapfile -t lines < <("$program" __complete bash "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null </dev/null)
  first=\${lines[0]-}
  for line in "\${lines[@]:1}"; do
    value=\${line%%$'\\t'*}
    # Within quotes, the shell quotes by itself.
    if [[ $current != [\\"\\']* && $value == *[^A-Za-z0-9_./:=@%+,-]* ]]; then printf -v value %q "$value"; fi
    COMPREPLY+=("$value")
  done
  [[ $first == *nospace* ]] && compopt -o nospace 2>/dev/null
  if [[ $first == *files* ]]; then
    [[ $current == [=:]* ]] && current=
    compopt -o filenames 2>/dev/null
    while IFS= read -r value; do COMPREPLY+=("$value"); done < <(compgen -f -- "$current")
  fi
}
complete -F _runbook runbook
`,
  zsh: `#compdef runbook
# Completion of runbook for zsh. Install: see \`runbook completion --help\`.
_runbook() {
  local program=@PROGRAM@ first line value
  local -a lines values shown
  [[ -x $program ]] || program=runbook
  lines=("\${(@f)$("$program" __complete zsh "\${(@)words[2,CURRENT]}" 2>/dev/null </dev/null)}")
  first=$lines[1]
  for line in "\${(@)lines[2,-1]}"; do
    value=\${line%%$'\\t'*}
    values+=("$value")
    if [[ $line == *$'\\t'* ]]; then shown+=("$value  -- \${line#*$'\\t'}"); else shown+=("$value"); fi
  done
  if (( $#values )); then
    if [[ $first == *nospace* ]]; then compadd -S '' -l -d shown -a values; else compadd -l -d shown -a values; fi
  fi
  if [[ $first == *files* ]]; then
    compset -P '--[a-z-]#='
    _files
  fi
}
if [[ $funcstack[1] == _runbook ]]; then _runbook "$@"; else compdef _runbook runbook; fi
`,
  fish: `# Completion of runbook for fish. Install: see \`runbook completion --help\`.
function __runbook_complete
    set -l program @PROGRAM@
    test -x $program; or set program runbook
    set -l before (commandline -opc)
    set -l current (commandline -ct)
    set -l lines ($program __complete fish $before[2..-1] "$current" 2>/dev/null </dev/null)
    for line in $lines[2..-1]
        echo $line
    end
    if string match -q '*files*' -- $lines[1]
        set -l option (string match -r '^--[a-z-]+=' -- $current)
        test -n "$option"; or set option ""
        for file in (__fish_complete_path (string replace -r '^--[a-z-]+=' '' -- $current))
            echo $option$file
        end
    end
end
complete -c runbook -f -a '(__runbook_complete)'
`,
};
