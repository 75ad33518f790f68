import { createHmac, randomBytes } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { compare } from 'bcryptjs'
import { errorText, InvalidArgument } from '#lib/errors'
import { Semaphore } from '#lib/lock'
import { Refusal } from '../refusal.ts'
import type { Authenticator } from './authenticator.ts'

/** Comparing takes a tenth of a second each: more at once would only be slower. */
const COMPARE_MAX = 2
/** Requests that wait for a comparison; who comes beyond that is asked to come again. */
const WAITING_MAX = 64
/** Passwords that were right a moment ago and need no second comparison. */
const KNOWN_MAX = 1000
const FILE_BYTES_MAX = 1024 * 1024

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
  readonly #path: string
  readonly #slots = new Semaphore(COMPARE_MAX)
  readonly #secret = randomBytes(32)
  readonly #known = new Set<string>()
  #version: string
  #users: ReadonlyMap<string, string>
  #waiting = 0

  constructor(path: string) {
    this.#path = path
    this.#version = versionOf(path)
    this.#users = readUsers(path)
  }

  async check(request: IncomingMessage): Promise<void> {
    const given = parseBasic(request.headers.authorization)
    if (given === undefined) throw unauthorized('authentication required')
    this.#reload()
    // A keyed hash: what lies in memory is no password, and looking it up tells nothing by its time.
    const key = createHmac('sha256', this.#secret).update(`${given.name}\0${given.password}`).digest('hex')
    if (this.#known.has(key)) return
    const users = this.#users
    if (!(await this.#compare(given.password, users.get(given.name)))) throw unauthorized('wrong user name or password')
    // The file may have changed meanwhile: then it is asked again the next time.
    if (users === this.#users) this.#remember(key)
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
    try {
      const version = versionOf(this.#path)
      if (version === this.#version) return
      this.#known.clear()
      this.#users = readUsers(this.#path)
      this.#version = version
    } catch (error) {
      // Where the file lies and what is wrong with it is for the log, not for strangers.
      throw new Refusal(503, 'UNAVAILABLE', 'nobody can be authenticated now', {
        fix: 'see the log of the registry',
        cause: error,
      })
    }
  }
}

/** Changes with the file, also where it is replaced by another one of the same second. */
function versionOf(path: string): string {
  try {
    const { mtimeNs, ino, size } = statSync(path, { bigint: true })
    return `${mtimeNs} ${ino} ${size}`
  } catch (error) {
    throw unreadable(path, error)
  }
}

function readUsers(path: string): ReadonlyMap<string, string> {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    throw unreadable(path, error)
  }
  if (text.length > FILE_BYTES_MAX) throw new InvalidArgument(`${path} has more than ${FILE_BYTES_MAX} bytes`)
  return parseHtpasswd(text, path)
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

function unreadable(path: string, error: unknown): InvalidArgument {
  return new InvalidArgument(`cannot read htpasswd file ${path}: ${errorText(error)}`, { cause: error })
}
