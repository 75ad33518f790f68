import { createHmac, randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { compare } from 'bcryptjs'
import { InvalidArgument } from '#lib/errors'
import { Semaphore } from '#lib/lock'
import { Refusal } from '../refusal.ts'
import type { Authenticator } from './authenticator.ts'
import { WatchedFile } from './watched-file.ts'

/** Comparing takes a tenth of a second each: more at once would only be slower. */
const COMPARE_MAX = 2
/** Requests that wait for a comparison; who comes beyond that is asked to come again. */
const WAITING_MAX = 64
/** Passwords that were right a moment ago and need no second comparison. */
const KNOWN_MAX = 1000

/** Of a password that nobody has, at the cost that `htpasswd -B` chooses at most: strangers wait as long as users. */
const NOBODY = '$2b$10$CwTycUXWue0Thq9StjUM0uJ8zJ5p0v4n1m9GJrTzq3bC4B3o9y6mW'

/**
 * Basic authentication against an htpasswd file with bcrypt hashes, as Docker's registry reads it. The file is read
 * again when it has changed; while it cannot be read, nobody is let in.
 * @throws InvalidArgument naming the line that is wrong
 */
export function openHtpasswd(path: string): Authenticator {
  return new Htpasswd(path)
}

class Htpasswd implements Authenticator {
  readonly #file: WatchedFile<ReadonlyMap<string, string>>
  readonly #slots = new Semaphore(COMPARE_MAX)
  readonly #secret = randomBytes(32)
  readonly #known = new Set<string>()
  #users: ReadonlyMap<string, string>
  #waiting = 0

  constructor(path: string) {
    this.#file = new WatchedFile(path, 'htpasswd file', parseHtpasswd)
    this.#users = this.#file.value
  }

  async check(request: IncomingMessage): Promise<string> {
    const given = parseBasic(request.headers.authorization)
    if (given === undefined) throw unauthorized('authentication required')
    this.#reload()
    // A keyed hash: what lies in memory is no password, and looking it up tells nothing by its time.
    const key = createHmac('sha256', this.#secret).update(`${given.name}\0${given.password}`).digest('hex')
    if (this.#known.has(key)) return given.name
    const users = this.#users
    if (!(await this.#compare(given.password, users.get(given.name)))) throw unauthorized('wrong user name or password')
    // The file may have changed meanwhile: then it is asked again the next time.
    if (users === this.#users) this.#remember(key)
    return given.name
  }

  async #compare(password: string, hash: string | undefined): Promise<boolean> {
    if (this.#waiting >= WAITING_MAX) {
      throw new Refusal(429, 'TOOMANYREQUESTS', 'too many requests are being authenticated', {
        headers: { 'retry-after': '1' },
      })
    }
    this.#waiting++
    try {
      const matches = await this.#slots.run(() => compare(password, hash ?? NOBODY))
      return matches && hash !== undefined
    } finally {
      this.#waiting--
    }
  }

  #remember(key: string): void {
    const [oldest] = this.#known
    if (this.#known.size >= KNOWN_MAX && oldest !== undefined) this.#known.delete(oldest)
    this.#known.add(key)
  }

  #reload(): void {
    const users = this.#file.value
    if (users === this.#users) return
    this.#known.clear()
    this.#users = users
  }
}

/** `name:$2y$...` a line; empty lines and those that begin with # are passed over. @throws InvalidArgument */
export function parseHtpasswd(text: string, path: string): ReadonlyMap<string, string> {
  const users = new Map<string, string>()
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue
    const colon = line.indexOf(':')
    const hash = line.slice(colon + 1)
    if (colon <= 0 || !/^\$2[aby]\$(?:0[4-9]|[12]\d|3[01])\$[./A-Za-z0-9]{53}$/.test(hash)) {
      throw new InvalidArgument(`${path}, line ${index + 1}: no user with a bcrypt hash`, {
        fix: 'make it with: htpasswd -B',
      })
    }
    users.set(line.slice(0, colon), hash)
  }
  return users
}

function parseBasic(header: string | undefined): { name: string; password: string } | undefined {
  const match = /^basic +([A-Za-z0-9+/=_-]+) *$/i.exec(header ?? '')
  const text = Buffer.from(match?.[1] ?? '', 'base64').toString('utf8')
  const colon = text.indexOf(':')
  return colon < 0 ? undefined : { name: text.slice(0, colon), password: text.slice(colon + 1) }
}

function unauthorized(message: string): Refusal {
  return new Refusal(401, 'UNAUTHORIZED', message, {
    headers: { 'www-authenticate': 'Basic realm="Gantry registry", charset="UTF-8"' },
  })
}
