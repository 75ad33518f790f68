import type { Client } from '#client'
import type { CompletedNames, Flag, Flags } from '../flags/flag.ts'
import { own } from '../flags/own.ts'
import { type Command, command } from '../program/command.ts'
import type { Context } from '../program/context.ts'
import { GLOBAL_FLAGS } from '../program/global-flags.ts'
import { names } from './names.ts'

/** One possible word, and what it means. */
interface Candidate {
  readonly word: string
  readonly help?: string
}

/**
 * What a shell asks for: the words of a command line up to the cursor, the last of them unfinished. Prints a line for
 * each way to finish it, the word and behind a tab what it means; `:files` stands for the shell's own knowledge.
 */
export const complete = command({
  usage: 'WORD...',
  arity: { min: 0 },
  stopsAtArgument: true,
  flags: {},
  examples: [],
  async run({ context, args }) {
    const words = args[0] === '--' ? args.slice(1) : args
    const last = words.at(-1) ?? ''
    const candidates = await candidatesFor(context, words.slice(0, -1), last)
    for (const { word, help } of candidates.filter(
      candidate => candidate.word.startsWith(last) || candidate.word === ':files',
    )) {
      context.streams.out.line(help === undefined ? word : `${word}\t${help}`)
    }
  },
})

async function candidatesFor(context: Context, before: readonly string[], last: string): Promise<readonly Candidate[]> {
  const global = walk(GLOBAL_FLAGS, before, true)
  if (global.waiting !== undefined) return await valuesOf(context, global.waiting)
  const [name, ...rest] = global.args
  if (name === undefined) return last.startsWith('-') ? flagsOf(GLOBAL_FLAGS) : commandsOf('', context)
  const isGroup = own(context.tree.groups, name) !== undefined
  const [sub, ...behind] = rest
  if (isGroup && sub === undefined) return commandsOf(name, context)
  const leaf = context.tree.find(isGroup ? `${name} ${sub}` : name)?.leaf
  if (leaf === undefined) return []
  return await inCommand(context, await leaf.load(), isGroup ? behind : rest, last)
}

async function inCommand(
  context: Context,
  found: Command,
  before: readonly string[],
  last: string,
): Promise<readonly Candidate[]> {
  const { waiting, args } = walk(found.flags, before, found.stopsAtArgument === true)
  if (waiting !== undefined) return await valuesOf(context, waiting)
  if (last.startsWith('-') && (args.length === 0 || found.stopsAtArgument !== true)) return flagsOf(found.flags)
  const isFull = found.arity.max !== undefined && args.length >= found.arity.max
  const takesNames = !isFull && (found.stopsAtArgument !== true || args.length === 0)
  if (found.names === undefined || !takesNames) return [{ word: ':files' }]
  return await namesOf(context, found.names)
}

/** Goes over finished words: what are arguments, and whether the last flag still waits for its value. */
function walk(
  flags: Flags,
  words: readonly string[],
  stops: boolean,
): { waiting: Flag<unknown> | undefined; args: string[] } {
  const args: string[] = []
  let waiting: Flag<unknown> | undefined
  for (const word of words) {
    if (waiting !== undefined) waiting = undefined
    else if (stops && args.length > 0) args.push(word)
    else if (word.startsWith('-') && word.length > 1) waiting = waitsForValue(flags, word)
    else args.push(word)
  }
  return { waiting, args }
}

function waitsForValue(flags: Flags, word: string): Flag<unknown> | undefined {
  if (word.includes('=')) return undefined
  const flag = word.startsWith('--')
    ? own(flags, word.slice(2))
    : Object.values(flags).find(({ short }) => short === word.at(-1))
  return flag?.alone === undefined ? flag : undefined
}

async function valuesOf(context: Context, { values }: Flag<unknown>): Promise<readonly Candidate[]> {
  if (values === undefined) return []
  return typeof values === 'string' ? await namesOf(context, values) : values.map(word => ({ word }))
}

async function namesOf(context: Context, kind: CompletedNames): Promise<readonly Candidate[]> {
  const files = { word: ':files' }
  if (kind === 'files') return [files]
  try {
    const { client }: { client: Client } = await context.connect()
    const found = (await names(client, kind)).map(word => ({ word }))
    return kind === 'places' ? [...found, files] : found
  } catch {
    return kind === 'places' ? [files] : [] // No engine, no names: a shell that completes is no place for errors.
  }
}

function flagsOf(flags: Flags): Candidate[] {
  return Object.entries(flags)
    .filter(([, flag]) => flag.hidden === undefined)
    .flatMap(([name, { usage, short }]) => {
      const help = usage.split('\n')[0] ?? ''
      return [{ word: `--${name}`, help }, ...(short === undefined ? [] : [{ word: `-${short}`, help }])]
    })
}

function commandsOf(group: string, { host, tree }: Context): Candidate[] {
  const prefix = group === '' ? '' : `${group} `
  const programs = Object.entries(host.programs)
    .filter(([name]) => name.startsWith(prefix) && !name.slice(prefix.length).includes(' '))
    .map(([name, { summary }]) => ({ word: name.slice(prefix.length), help: summary }))
  const leaves = tree.listed(group).map(({ name, leaf }) => ({ word: name, help: leaf.summary }))
  const groups = group === '' ? Object.entries(tree.groups).map(([word, help]) => ({ word, help })) : []
  return [...leaves, ...groups, ...programs]
}
