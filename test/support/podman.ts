import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { missingPrograms } from './docker-registry.ts'
import { clientEnvironment } from './engine.ts'
import { type Finished, run } from './process.ts'

export const podmanSkip = missingPrograms('podman')

/** Podman on a storage of its own, for images alone; what it mounts goes with its mount namespace. */
export class TestPodman implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'gantry-podman-'))

  run(...args: readonly string[]): Promise<Finished> {
    const folders = ['root', 'runroot', 'tmpdir'].flatMap(name => [`--${name}`, join(this.#folder, name)])
    return run(
      'unshare',
      ['--mount', 'podman', ...folders, '--storage-driver', 'vfs', '--events-backend', 'none', ...args],
      {
        env: clientEnvironment(),
      },
    )
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true })
  }
}
