import { randomBytes } from 'node:crypto'

/** 64 hexadecimal characters, as Docker's object ids; never all digits in the short form, which would look like a number. */
export function randomId(): string {
  for (;;) {
    const id = randomBytes(32).toString('hex')
    if (/[a-f]/.test(id.slice(0, 12))) return id
  }
}

/** The 12 characters that people type and see. */
export function shortId(id: string): string {
  return id.slice(0, 12)
}
