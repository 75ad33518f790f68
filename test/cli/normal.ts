import type { Ran } from './run.ts'

/** Where docker's command names itself; elsewhere the word belongs to what it says. */
const OWN_NAME = /(^|\t|'|"|Usage: {2}|, |unknown command: )docker(?=[ :'])/gm

/** How long ago something was; it may change between two calls, and the width of its column with it. */
const SPAN = /\b(?:\d+ (?:seconds?|minutes)|About a minute|Less than a second)\b/

/** What either command prints, without what must differ: its name, ids, and how long ago things were. */
export function normalised(ran: Ran, names: readonly string[]): Ran {
  const clean = (text: string): string => {
    const named = names
      .reduce((result, name) => result.replaceAll(name, 'NAME'), text)
      .replace(OWN_NAME, '$1gantry')
      .replace(/^SRun '/gm, "Run '") // A slip of docker's.
      .replace(/\b[0-9a-f]{64}\b/g, 'ID64')
      .replace(/\b[0-9a-f]{12}\b/g, 'ID12')
    return SPAN.test(named) ? timeless(named) : named
  }
  return { stdout: clean(ran.stdout), stderr: clean(ran.stderr), code: ran.code }
}

/**
 * Whether our errors say what docker's say: each of its lines, with a way out behind it where we know one.
 */
export function saysTheSame(ours: string, dockers: string): boolean {
  const own = ours.split('\n')
  const other = dockers.split('\n')
  return own.length === other.length && own.every((line, at) => sameLine(line, other[at] ?? ''))
}

function sameLine(own: string, other: string): boolean {
  return own === other || (other !== '' && own.startsWith(`${other}: `))
}

function timeless(text: string): string {
  return text.replace(new RegExp(SPAN, 'g'), 'SPAN').replace(/ {2,}/g, '  ')
}
