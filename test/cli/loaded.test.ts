/** A command of the command line loads its own rooms and those of its client: nothing of the engine, no package. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { build, type Metafile } from 'esbuild'
import { ROOT, roomOf } from '../support/modules.ts'

const ROOMS = ['api', 'cli', 'client', 'lib', 'template']
/** The composition root of the command line. */
const OWN = ['src/cmd/cli.ts', 'src/cmd/version.ts', 'package.json']

type Outputs = Metafile['outputs']

async function outputs(): Promise<Outputs> {
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: ['src/cmd/main.ts'],
    outdir: 'dist',
    write: false,
    metafile: true,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    external: ['koffi'],
  })
  return metafile.outputs
}

function outputOf(all: Outputs, entry: string): string {
  const found = Object.entries(all).find(([, { entryPoint }]) => entryPoint === entry)?.[0]
  assert.ok(found !== undefined, `${entry} is no entry of the bundle`)
  return found
}

/** Everything that is loaded with `output`; of what is loaded at need, what belongs to the command line. */
function loadedWith(all: Outputs, output: string, follow: (entry: string) => boolean): ReadonlySet<string> {
  const seen = new Set<string>()
  const visit = (path: string): void => {
    if (seen.has(path)) return
    seen.add(path)
    for (const { path: next, kind, external } of all[path]?.imports ?? []) {
      if (external === true) continue
      if (kind !== 'dynamic-import' || follow(all[next]?.entryPoint ?? '')) visit(next)
    }
  }
  visit(output)
  return new Set([...seen].flatMap(path => Object.keys(all[path]?.inputs ?? {})))
}

test('no command loads a room of the engine, or a package', async () => {
  const all = await outputs()
  const loaded = loadedWith(all, outputOf(all, 'src/cmd/cli.ts'), entry => entry.startsWith('src/cli/'))
  const foreign = [...loaded].filter(file => !OWN.includes(file) && !ROOMS.includes(roomOf(file)))
  assert.deepEqual(foreign, [])
  assert.ok(loaded.has('src/cli/commands/run.ts') && loaded.has('src/client/client.ts'), 'the commands were looked at')
})

test('what every command loads holds no command, no client and no template', async () => {
  const all = await outputs()
  const always = loadedWith(all, outputOf(all, 'src/cmd/cli.ts'), () => false)
  const others = [...always].filter(file => /^src\/(cli\/commands|client|api|template)\//.test(file))
  assert.deepEqual(others, [])
  const version = loadedWith(all, outputOf(all, 'src/cli/commands/version.ts'), () => false)
  assert.deepEqual(
    [...version].filter(file => /^src\/(template|cli\/(create|session|progress))\//.test(file)),
    [],
  )
})
