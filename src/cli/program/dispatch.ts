import { nearest } from '#lib/nearest'
import { Failure, REFUSED } from '../failure.ts'
import { HELP } from '../flags/help.ts'
import { own } from '../flags/own.ts'
import { BadFlags, parseFlags } from '../flags/parse.ts'
import { badFlags } from './command.ts'
import type { Context } from './context.ts'
import type { GlobalFlags } from './global-flags.ts'
import { isNotDone } from './not-done.ts'
import type { Tree } from './tree.ts'

/** Does the command that `args` begin with. @throws Failure where there is none */
export async function dispatch(context: Context, flags: GlobalFlags, args: readonly string[]): Promise<number> {
  const [name, ...rest] = args
  if (flags.version) {
    context.streams.out.line(`Gantry version ${context.host.version}`)
    return 0
  }
  if (flags.help || name === undefined) return await showRoot(context, flags.help)
  if (name === 'help') {
    const asked = topic(context.tree, rest)
    return await dispatch(
      context,
      { ...flags, help: asked.length === 0 },
      asked.length === 0 ? [] : [...asked, '--help'],
    )
  }
  const program = own(context.host.programs, name)
  if (program !== undefined) return await runProgram(program.run(rest))
  if (own(context.tree.groups, name) !== undefined) return await inGroup(context, name, rest)
  return await runLeaf(context, name, rest)
}

/** Of a command that prints and sets its exit code by itself. */
async function runProgram(done: Promise<void>): Promise<number> {
  await done
  return Number(process.exitCode ?? 0)
}

async function inGroup(context: Context, group: string, args: readonly string[]): Promise<number> {
  const { args: operands, values } = groupFlags(group, args)
  const [name] = operands
  if (name === undefined) return await showGroup(context, group, values.help)
  const rest = operands.slice(1)
  const program = own(context.host.programs, `${group} ${name}`)
  if (program !== undefined) return await runProgram(program.run(rest))
  return await runLeaf(context, `${group} ${name}`, rest)
}

function groupFlags(group: string, args: readonly string[]) {
  try {
    return parseFlags(HELP, args, { stopsAtArgument: true })
  } catch (error) {
    throw error instanceof BadFlags ? badFlags(error, `gantry ${group}`, `gantry ${group}`) : error
  }
}

async function runLeaf(context: Context, path: string, args: readonly string[]): Promise<number> {
  const found = context.tree.find(path)
  if (found === undefined) throw isNotDone(path) ? notDone(path) : unknownCommand(context, path)
  const command = await found.leaf.load()
  return await command.execute({ ...context, path: found.shown }, { path: found.shown, args })
}

function notDone(path: string): Failure {
  return new Failure(`gantry ${path}: not done by this version of Gantry`, REFUSED)
}

function unknownCommand({ tree, host }: Context, path: string): Failure {
  const group = path.includes(' ') ? (path.split(' ')[0] ?? '') : ''
  const name = `gantry ${group}`.trimEnd()
  const usage = group === '' ? '' : `Usage:  ${name}\n\n`
  const typed = path.split(' ').at(-1) ?? ''
  const known = [
    ...tree.listed(group).map(leaf => leaf.name),
    ...Object.keys(host.programs).flatMap(program => nameIn(group, program)),
    ...(group === '' ? Object.keys(tree.groups) : []),
  ]
  const near = nearest(
    typed,
    known.filter(name => name[0] === typed[0]),
  )
  const meant = near === undefined ? '' : `Did you mean '${name} ${near}'?\n\n`
  return new Failure(
    `gantry: unknown command: gantry ${path}\n\n${usage}${meant}Run '${name} --help' for more information`,
  )
}

/** `system teardown` is `teardown` in the group `system`. */
function nameIn(group: string, program: string): string[] {
  const words = program.split(' ')
  return words.slice(0, -1).join(' ') === group ? words.slice(-1) : []
}

function topic(tree: Tree, words: readonly string[]): readonly string[] {
  const path = words.join(' ')
  if (words.length === 0 || tree.find(path) !== undefined || own(tree.groups, path) !== undefined) return words
  throw new Failure(`unknown help topic: ${path}`)
}

async function showRoot({ streams, host, tree }: Context, asked: boolean): Promise<number> {
  const { rootHelp } = await import('./help.ts')
  const programs = Object.entries(host.programs).map(([name, { summary }]) => ({ name, summary }))
  const target = asked ? streams.out : streams.err
  target.write(rootHelp(tree, programs, streams.helpWidth))
  return 0
}

async function showGroup({ streams, host, tree }: Context, group: string, asked: boolean): Promise<number> {
  const { groupHelp } = await import('./help.ts')
  const programs = Object.entries(host.programs)
    .filter(([name]) => name.startsWith(`${group} `))
    .map(([name, { summary }]) => ({ name: name.slice(group.length + 1), summary }))
  const target = asked ? streams.out : streams.err
  target.write(groupHelp(tree, group, programs))
  return 0
}
