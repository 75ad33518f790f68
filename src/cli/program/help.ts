import type { Flag, Flags } from '../flags/flag.ts'
import type { CommandSpec } from './command.ts'
import { fold } from './fold.ts'
import { GLOBAL_FLAGS } from './global-flags.ts'
import type { Tree } from './tree.ts'

interface Line {
  readonly name: string
  readonly summary: string
}

/** What `gantry COMMAND --help` prints. */
export function commandHelp(
  spec: Pick<CommandSpec<Flags>, 'usage' | 'flags' | 'examples'>,
  tree: Tree,
  path: string,
  width: number,
): string {
  const leaf = tree.find(path)?.leaf
  const aliases =
    leaf === undefined || leaf.paths.length < 2 ? [] : [leaf.paths.map(alias => `gantry ${alias}`).join(', ')]
  return paragraphs([
    `Usage:  ${`gantry ${path} ${spec.usage}`.trimEnd()}`,
    leaf?.summary ?? '',
    section('Aliases', aliases.map(indented)),
    section(
      'Examples',
      spec.examples.map(example => indented(`gantry ${example}`)),
    ),
    section('Options', flagLines(spec.flags, width)),
  ])
}

/** What `gantry GROUP --help` prints. */
export function groupHelp({ groups, listed }: Tree, group: string, others: readonly Line[]): string {
  const lines = [...listed(group).map(({ name, leaf }) => ({ name, summary: leaf.summary })), ...others]
  return paragraphs([
    `Usage:  gantry ${group} COMMAND`,
    groups[group] ?? '',
    section('Commands', table(sorted(lines))),
    `Run 'gantry ${group} COMMAND --help' for more information on a command.`,
  ])
}

/** What `gantry --help` prints; `programs` are the commands that are no business of this room. */
export function rootHelp(tree: Tree, programs: readonly Line[], width: number): string {
  const leaves = tree.listed('').map(({ name, leaf }) => ({ name, summary: leaf.summary, common: leaf.common }))
  const common = leaves.filter(leaf => leaf.common !== undefined).sort((a, b) => (a.common ?? 0) - (b.common ?? 0))
  const rest = leaves.filter(leaf => leaf.common === undefined)
  const groups = Object.entries(tree.groups).map(([name, summary]) => ({ name, summary }))
  const wide = Math.max(...[...leaves, ...groups, ...programs].map(({ name }) => name.length))
  return paragraphs([
    'Usage:  gantry [OPTIONS] COMMAND',
    "A container engine that speaks Docker's API",
    section('Common Commands', table(common, wide)),
    section('Management Commands', table(groups, wide)),
    section('Engine Commands', table(sorted(programs), wide)),
    section('Commands', table(rest, wide)),
    section('Global Options', flagLines(GLOBAL_FLAGS, width)),
    "Run 'gantry COMMAND --help' for more information on a command.",
  ])
}

function paragraphs(parts: readonly string[]): string {
  return `${parts.filter(part => part !== '').join('\n\n')}\n`
}

function section(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : [`${title}:`, ...lines].join('\n')
}

function indented(text: string): string {
  return `  ${text}`
}

function sorted(lines: readonly Line[]): Line[] {
  return lines.toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

function table(lines: readonly Line[], least = 0): string[] {
  const width = Math.max(least, ...lines.map(({ name }) => name.length))
  return lines.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`)
}

/** The flags that are shown, sorted by name, their texts folded at `width`. */
function flagLines(flags: Flags, width: number): string[] {
  const shown = Object.entries(flags)
    .filter(([, flag]) => flag.hidden === undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
  const heads = shown.map(([name, flag]) => head(name, flag))
  const wide = Math.max(...heads.map(text => text.length)) + 3
  return shown.map(([, flag], at) => `${(heads[at] ?? '').padEnd(wide)}${fold(tail(flag), wide, width - 1)}`)
}

function head(name: string, { short, kind }: Flag<unknown>): string {
  const letter = short === undefined ? '      ' : `  -${short}, `
  return `${letter}--${name}${kind === '' ? '' : ` ${kind}`}`
}

function tail({ usage, shownDefault, deprecated }: Flag<unknown>): string {
  const byDefault = shownDefault === undefined ? '' : ` (default ${shownDefault})`
  return `${usage}${byDefault}${deprecated === undefined ? '' : ` (DEPRECATED: ${deprecated})`}`
}
