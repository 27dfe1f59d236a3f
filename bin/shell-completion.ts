import { nearestName } from '../src/kube/nearest-name.ts';
import { ArgumentError } from './arguments.ts';

/** Both names of the program, and who answers what comes next; kubectl asks the same program about `kubectl sec`. */
const NAMES = 'k8sec kubectl-sec';
const ANSWERS = 'kubectl_complete-sec';

const BASH = `# bash completion for k8sec: source <(k8sec completion bash)
_k8sec() {
  local line=\${COMP_LINE:0:COMP_POINT} value help
  local -a words
  read -ra words <<<"$line"
  [[ $line == *[[:space:]] ]] && words+=("")
  local last=\${words[\${#words[@]} - 1]}
  # bash breaks words at = and : too, and puts back what comes after the last of them only.
  local before=\${last%"\${last##*[=:]}"}
  COMPREPLY=()
  while IFS=$'\\t' read -r value help; do
    [[ $value == :4 ]] || COMPREPLY+=("\${value#"$before"}")
  done < <(${ANSWERS} "\${words[@]:1}" 2>/dev/null)
}
complete -o default -F _k8sec ${NAMES}
`;

const ZSH = `#compdef ${NAMES}
# zsh completion for k8sec: source <(k8sec completion zsh)
_k8sec() {
  local -a choices
  local value help
  while IFS=$'\\t' read -r value help; do
    [[ $value == :4 ]] || choices+=("\${value//:/\\\\:}\${help:+:$help}")
  done < <(${ANSWERS} "\${(@)words[2,CURRENT]}" 2>/dev/null)
  if (( $#choices )); then
    _describe k8sec choices
  else
    _files
  fi
}
compdef _k8sec ${NAMES}
`;

const FISH = `# fish completion for k8sec: k8sec completion fish | source
function __k8sec_choices
  set -l words (commandline -opc)
  set -l last (commandline -ct)
  set -g __k8sec_choices (${ANSWERS} $words[2..-1] "$last" 2>/dev/null | string match -v :4)
  test (count $__k8sec_choices) -gt 0
end
for name in ${NAMES}
  # Files only where nothing else is known.
  complete -c $name -f -n __k8sec_choices -a '$__k8sec_choices'
end
`;

const SCRIPTS: Readonly<Record<string, string>> = { bash: BASH, zsh: ZSH, fish: FISH };

/**
 * `k8sec completion SHELL`: the script that lets a shell complete flags, commands, namespaces, contexts, panes and rules.
 *
 * @throws ArgumentError for another shell, or none
 */
export function completionScript(words: readonly string[]): string {
  const [shell = '', ...more] = words;
  const script = Object.hasOwn(SCRIPTS, shell) && more.length === 0 ? SCRIPTS[shell] : undefined;
  if (script !== undefined) return script;
  const names = Object.keys(SCRIPTS);
  const nearest = nearestName(shell, names);
  const hint = nearest === undefined ? '' : `; did you mean ${nearest}?`;
  throw new ArgumentError(`completion takes one shell: ${names.join(', ')}${hint}`);
}
