import { InvalidArgument } from '#lib/errors'
import { quoted } from '#lib/printable'
import { WatchedFile } from './watched-file.ts'

export const ACTIONS = ['pull', 'push', 'delete'] as const
export type Action = (typeof ACTIONS)[number]

/** One line: who may do what with which repositories. */
export interface Rule {
  readonly repositories: RegExp
  /** `*` is everybody who has a password. */
  readonly users: ReadonlySet<string>
  readonly actions: ReadonlySet<string>
}

/** What users may do, by repository. */
export interface Rights {
  may(user: string, action: Action, repository: string): boolean
}

/** Rights out of a file, which is read again when it has changed. @throws InvalidArgument naming the line that is wrong */
export function openRules(path: string): Rights {
  const file = new WatchedFile(path, 'rules', parseRules)
  return { may: (user, action, repository) => isAllowed(file.value, user, action, repository) }
}

/** The first rule that names both the repository and the user decides; where there is none, nothing is allowed. */
export function isAllowed(rules: readonly Rule[], user: string, action: Action, repository: string): boolean {
  const rule = rules.find(({ repositories, users }) => {
    return (users.has(user) || users.has('*')) && repositories.test(repository)
  })
  return rule?.actions.has(action) === true
}

/**
 * `REPOSITORIES USERS ACTIONS` a line: a pattern (`*` stands for anything but a slash, `**` for anything), names of users
 * or `*`, and `pull`, `push`, `delete` or `-` for none, the last two separated by commas. Empty lines and what follows a
 * # are passed over.
 * @throws InvalidArgument
 */
export function parseRules(text: string, path: string): readonly Rule[] {
  return text.split(/\r?\n/).flatMap((line, index) => {
    const words = line.replace(/#.*/, '').trim()
    if (words === '') return []
    const [pattern = '', users = '', actions = '', ...rest] = words.split(/\s+/)
    const reason = wrongIn(pattern, users, actions, rest)
    if (reason === undefined) return [ruleOf(pattern, users, actions)]
    throw new InvalidArgument(`${path}, line ${index + 1}: ${reason}`, {
      fix: 'write REPOSITORIES USERS ACTIONS, as in: team/** ann,bob pull,push',
    })
  })
}

function wrongIn(pattern: string, users: string, actions: string, rest: readonly string[]): string | undefined {
  if (actions === '' || rest.length > 0) return 'a rule has three words'
  if (!/^[a-z0-9._/*-]+$/.test(pattern)) return `${quoted(pattern, 80)} names no repositories`
  if (users.split(',').includes('')) return `${quoted(users, 80)} names no users`
  if (actions === '-') return undefined
  const given = actions.split(',')
  const unknown = given.find(action => !ACTIONS.some(known => known === action))
  if (unknown !== undefined) return `${quoted(unknown, 80)} is none of ${ACTIONS.join(', ')}`
  // Clients look what is there before they send, and afterwards.
  return given.includes('push') && !given.includes('pull') ? 'push is of no use without pull' : undefined
}

function ruleOf(pattern: string, users: string, actions: string): Rule {
  const source = pattern
    .split(/(\*+)/)
    .map(part => (part === '*' ? '[^/]*' : part.startsWith('*') ? '.*' : part.replaceAll('.', '\\.')))
  return {
    repositories: new RegExp(`^${source.join('')}$`),
    users: new Set(users.split(',')),
    actions: new Set(actions === '-' ? [] : actions.split(',')),
  }
}
