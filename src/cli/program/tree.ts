import type { Command } from './command.ts'

/** A command and the places where it is found. */
export interface Leaf {
  /** As Docker lists them under `Aliases`; `container ls` before `container list`. */
  readonly paths: readonly string[]
  readonly summary: string
  /** Its place among the common commands. */
  readonly common?: number
  /** Not listed in any help. */
  readonly hidden?: true
  /** Its module, which is not loaded for anything else. */
  load(): Promise<Command>
}

/** The commands of the program, by the words that lead to them. */
export interface Tree {
  /** Groups of commands by their names, with what their help says. */
  readonly groups: Readonly<Record<string, string>>
  /** The command at `path` and the name that the help shows for it: of several in one group the first. */
  find(path: string): { readonly leaf: Leaf; readonly shown: string } | undefined
  /** The commands of a group, or those without one, by the names that the help shows. */
  listed(group: string): { readonly name: string; readonly leaf: Leaf }[]
}

export function treeOf(groups: Tree['groups'], leaves: readonly Leaf[]): Tree {
  return {
    groups,
    find(path) {
      const leaf = leaves.find(({ paths }) => paths.includes(path))
      const shown = leaf?.paths.find(other => groupOf(other) === groupOf(path))
      return leaf === undefined || shown === undefined ? undefined : { leaf, shown }
    },
    listed: group =>
      leaves
        .filter(leaf => leaf.hidden === undefined)
        .flatMap(leaf => {
          const path = leaf.paths.find(candidate => groupOf(candidate) === group)
          return path === undefined ? [] : [{ name: path.split(' ').at(-1) ?? '', leaf }]
        })
        .sort((a, b) => (a.name < b.name ? -1 : 1)),
  }
}

function groupOf(path: string): string {
  return path.includes(' ') ? (path.split(' ')[0] ?? '') : ''
}
