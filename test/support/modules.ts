import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'

/** One import statement as the structure test sees it. */
export interface Import {
  readonly from: string
  readonly specifier: string
  readonly typeOnly: boolean
}

export const ROOT = resolve(import.meta.dirname, '../..')
export const SRC = join(ROOT, 'src')

const STATEMENT =
  /^(?:import|export)\s+(type\s+)?(?:[^'"`;]*?\s+from\s+)?['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)/gm

/** All sources of `folder`, as paths relative to the checkout. */
export function sources(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile() && entry.name.endsWith('.ts'))
    .map(entry => relative(ROOT, join(entry.parentPath, entry.name)))
    .sort()
}

export function read(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8')
}

/** The imports and re-exports of `file`; `import { type A }` with only types counts as type-only. */
export function importsOf(file: string): Import[] {
  const found: Import[] = []
  for (const match of withoutComments(read(file)).matchAll(STATEMENT)) {
    const specifier = match[2] ?? match[3]
    if (specifier === undefined) continue
    found.push({ from: file, specifier, typeOnly: match[1] !== undefined })
  }
  return found
}

export function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '')
}

/** The room of a source file: `src/linux/mount.ts` is in `linux`. */
export function roomOf(file: string): string {
  return file.split('/')[1] ?? ''
}

/** Where an import leads, as a path relative to the checkout; undefined for packages and Node's own modules. */
export function target(item: Import): string | undefined {
  if (item.specifier.startsWith('#lib/')) return `src/lib/${item.specifier.slice(5)}.ts`
  if (item.specifier.startsWith('#')) return `src/${item.specifier.slice(1)}/index.ts`
  if (!item.specifier.startsWith('.')) return undefined
  return relative(ROOT, resolve(ROOT, dirname(item.from), item.specifier))
}

/** Strongly connected components with more than one member, of a graph given as adjacency lists. */
export function cycles(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const index = new Map<string, number>()
  const low = new Map<string, number>()
  const stack: string[] = []
  const onStack = new Set<string>()
  const found: string[][] = []
  const visit = (node: string): void => {
    index.set(node, index.size)
    low.set(node, index.get(node) ?? 0)
    stack.push(node)
    onStack.add(node)
    for (const next of graph.get(node) ?? []) {
      if (!index.has(next)) {
        visit(next)
        low.set(node, Math.min(low.get(node) ?? 0, low.get(next) ?? 0))
      } else if (onStack.has(next)) {
        low.set(node, Math.min(low.get(node) ?? 0, index.get(next) ?? 0))
      }
    }
    if (low.get(node) !== index.get(node)) return
    const component: string[] = []
    for (;;) {
      const member = stack.pop()
      if (member === undefined) break
      onStack.delete(member)
      component.push(member)
      if (member === node) break
    }
    if (component.length > 1) found.push(component.sort())
  }
  for (const node of graph.keys()) if (!index.has(node)) visit(node)
  return found
}
