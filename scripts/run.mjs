/** Sets up, then runs a script of the project on the project's own Node: `node scripts/run.mjs demo`. */
import { spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const [name, ...args] = process.argv.slice(2)
process.argv[2] = ['demo', 'bench', 'vm'].includes(name) ? name : 'test'
const { projectNode } = await import('./setup.mjs')
const node = projectNode()
const { status, signal } = spawnSync(
  node,
  ['--disable-warning=ExperimentalWarning', join(here, `${name}.ts`), ...args],
  {
    stdio: 'inherit',
    env: { ...process.env, PATH: `${dirname(node)}:${process.env.PATH}` },
  },
)
process.exit(signal === null ? (status ?? 1) : 1)
