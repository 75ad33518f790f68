import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { ROOT } from './modules.ts'

export interface CliBundle extends Disposable {
  /** Arguments for Node: the file, and what comes before it. */
  readonly node: readonly string[]
  readonly folder: string
}

/**
 * The command line as it is shipped, in one file and its chunks, without the engine: what it imports of other rooms at
 * need stays where it is. Lies within the checkout, so that such imports are found.
 */
export async function bundleCli(): Promise<CliBundle> {
  const cache = join(ROOT, '.cache')
  mkdirSync(cache, { recursive: true })
  const folder = mkdtempSync(join(cache, 'cli-'))
  await build({
    absWorkingDir: ROOT,
    stdin: {
      contents: `import { runCli } from './src/cmd/cli.ts'\nawait runCli(process.argv.slice(2))\n`,
      resolveDir: ROOT,
      sourcefile: 'gantry.ts',
    },
    entryNames: 'gantry',
    outdir: folder,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node26',
    external: ['./daemon/*', './doctor/*', './monitor.ts', './teardown.ts', './manifests.ts', '#linux', 'koffi'],
    logLevel: 'error',
  })
  return {
    node: ['--disable-warning=ExperimentalWarning', '--', join(folder, 'gantry.js')],
    folder,
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  }
}
