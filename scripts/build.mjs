/**
 * Bundles the sources into `dist/`: one file for each entry (the program, worker threads) and shared chunks, so that a
 * command loads only what it uses. koffi stays outside: it loads its native part from beside itself.
 *
 *   node scripts/build.mjs [FOLDER]
 */
import { chmodSync, rmSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const folder = resolve(root, process.argv[2] ?? 'dist')
rmSync(folder, { recursive: true, force: true })
await build({
  absWorkingDir: root,
  entryPoints: ['src/cmd/main.ts', 'src/cmd/worker.ts'],
  outdir: folder,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node26',
  external: ['koffi'],
  sourcemap: 'linked',
  legalComments: 'none',
  logLevel: 'warning',
  // Packages in CommonJS that are bundled ask for Node's modules with require().
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
})
chmodSync(join(root, 'bin/gantry'), 0o755)
