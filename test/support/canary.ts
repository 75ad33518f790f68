/** A folder of the host that nothing in a container may touch. */
import assert from 'node:assert/strict'
import { lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export const SECRET = 'a secret of the host'

export class Canary implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'gantry-canary-'))
  readonly #before: string

  constructor() {
    mkdirSync(join(this.folder, 'below'))
    writeFileSync(join(this.folder, 'file'), SECRET)
    writeFileSync(join(this.folder, 'passwd'), 'canary:x:4242:4242::/:/bin/sh\n')
    this.#before = this.#state()
  }

  /** Fails the test where anything about it has changed. */
  check(context: string): void {
    assert.equal(this.#state(), this.#before, context)
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true })
  }

  #state(): string {
    const names = ['', ...readdirSync(this.folder, { recursive: true, encoding: 'utf8' }).sort()]
    return names
      .map(name => {
        const path = join(this.folder, name)
        const stat = lstatSync(path)
        const bytes = stat.isFile() ? readFileSync(path, 'utf8') : ''
        return [name, stat.mode, stat.uid, stat.gid, stat.nlink, stat.mtimeMs, stat.ctimeMs, bytes].join(' ')
      })
      .join('\n')
  }
}
