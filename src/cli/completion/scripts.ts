/** Each hands the words of the line to `gantry __complete`, up to the one under the cursor. */
export const SCRIPTS: Readonly<Record<'bash' | 'zsh' | 'fish', string>> = {
  bash: `# Completes gantry in bash: source this, or put it into /etc/bash_completion.d.
_gantry() {
    local line words cur
    words=("\${COMP_WORDS[@]:1:COMP_CWORD}")
    cur="\${COMP_WORDS[COMP_CWORD]}"
    # Bash takes ':' and '=' for the ends of words; names of images hold the one, flags the other.
    if declare -F _get_comp_words_by_ref >/dev/null; then
        local cword
        _get_comp_words_by_ref -n := cur words cword
        words=("\${words[@]:1:cword}")
    fi
    COMPREPLY=()
    while IFS='' read -r line; do
        if [ "$line" = ':files' ]; then
            compopt -o default 2>/dev/null
        else
            COMPREPLY+=("\${line%%$'\\t'*}")
        fi
    done < <(gantry __complete -- "\${words[@]}" 2>/dev/null)
    if declare -F __ltrim_colon_completions >/dev/null; then __ltrim_colon_completions "$cur"; fi
}
complete -F _gantry gantry
`,
  zsh: `#compdef gantry
# Completes gantry in zsh: put this as _gantry into a folder of $fpath.
_gantry() {
    local line word help
    local -a found
    while IFS='' read -r line; do
        if [[ $line == ':files' ]]; then
            _files
        else
            word=\${line%%$'\\t'*}
            help=\${line#*$'\\t'}
            [[ $help == $line ]] && help=
            found+=("\${word//:/\\\\:}\${help:+:$help}")
        fi
    done < <(gantry __complete -- "\${words[@]:1:$((CURRENT - 1))}" 2>/dev/null)
    (( \${#found} )) && _describe 'gantry' found
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then _gantry "$@"; else compdef _gantry gantry; fi
`,
  fish: `# Completes gantry in fish: put this into ~/.config/fish/completions/gantry.fish.
function __gantry_complete
    set -l words (commandline -opc) (commandline -ct)
    for line in (gantry __complete -- $words[2..-1] 2>/dev/null)
        if test "$line" = ':files'
            __fish_complete_path (commandline -ct)
        else
            echo $line
        end
    end
end
complete -c gantry -f -a '(__gantry_complete)'
`,
}
