/**
 * Users and groups as Docker reads them: names are looked up in the container's own /etc/passwd and /etc/group,
 * numbers are numbers. Pure, over the text of those files.
 */
import { InvalidArgument } from '#lib/errors'

/** What the kernel takes as an id without meaning something else (-1 is "leave it"). */
const ID_MAX = 2 ** 31 - 1
const LINES_MAX = 100_000

export interface ProcessUser {
  readonly uid: number
  readonly gid: number
  /** With the primary group, whose absence would take rights away that files deny to it (CVE-2022-36109). */
  readonly additionalGids: readonly number[]
  readonly home: string
}

interface Account {
  readonly name: string
  readonly uid: number
  readonly gid: number
  readonly home: string
}

interface Group {
  readonly name: string
  readonly gid: number
  readonly members: readonly string[]
}

/**
 * The user of a process from `USER[:GROUP]` ('' is root).
 * @throws InvalidArgument in Docker's words: `unable to find user NAME: no matching entries in passwd file`
 */
export function resolveUser(text: string, passwd: string, group: string): ProcessUser {
  const [userText = '', groupText] = splitOnce(text)
  const accounts = parsePasswd(passwd)
  const groups = parseGroup(group)
  const account = findAccount(userText, accounts)
  const chosen = groupText === undefined || groupText === '' ? undefined : findGroup(groupText, groups)
  const gid = chosen ?? account.gid
  // Docker looks supplementary groups up only where no group was named.
  const named =
    chosen === undefined && account.name !== '' ? groups.filter(({ members }) => members.includes(account.name)) : []
  const additionalGids = [...new Set([gid, ...named.map(entry => entry.gid)])]
  return { uid: account.uid, gid, additionalGids, home: account.home }
}

function splitOnce(text: string): [string, string | undefined] {
  const at = text.indexOf(':')
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)]
}

/** A number is never looked up as a name, whatever passwd says (CVE-2016-3697). */
function findAccount(text: string, accounts: readonly Account[]): Account {
  if (text === '') return accounts.find(({ uid }) => uid === 0) ?? { name: '', uid: 0, gid: 0, home: '/' }
  const uid = parseId(text)
  if (uid !== undefined) return accounts.find(account => account.uid === uid) ?? { name: '', uid, gid: 0, home: '/' }
  const account = accounts.find(({ name }) => name === text)
  if (account === undefined) {
    throw new InvalidArgument(`unable to find user ${text}: no matching entries in passwd file`)
  }
  return account
}

function findGroup(text: string, groups: readonly Group[]): number {
  const gid = parseId(text)
  if (gid !== undefined) return gid
  const group = groups.find(({ name }) => name === text)
  if (group === undefined) {
    throw new InvalidArgument(`unable to find group ${text}: no matching entries in group file`)
  }
  return group.gid
}

/** Groups by name or number. @throws InvalidArgument in Docker's words */
export function resolveGroups(texts: readonly string[], group: string): number[] {
  if (texts.length === 0) return []
  const groups = parseGroup(group)
  return texts.map(text => {
    const gid = parseId(text) ?? groups.find(({ name }) => name === text)?.gid
    if (gid === undefined) throw new InvalidArgument(`unable to find group ${text}: no matching entries in group file`)
    return gid
  })
}

/** @throws InvalidArgument for a number out of range (S18) */
function parseId(text: string): number | undefined {
  if (!/^[+-]?\d+$/.test(text)) return undefined
  const id = Number(text)
  if (id < 0 || id > ID_MAX) throw new InvalidArgument(`uids and gids must be in range 0-${ID_MAX}`)
  return id
}

function parsePasswd(text: string): Account[] {
  return records(text).flatMap(([name = '', , uid, gid, , home = '/']) => {
    const ids = [uid, gid].map(validId)
    return ids[0] === undefined || ids[1] === undefined
      ? []
      : [{ name, uid: ids[0], gid: ids[1], home: home === '' ? '/' : home }]
  })
}

function parseGroup(text: string): Group[] {
  return records(text).flatMap(([name = '', , gid, members = '']) => {
    const id = validId(gid)
    return id === undefined ? [] : [{ name, gid: id, members: members.split(',').filter(member => member !== '') }]
  })
}

function records(text: string): string[][] {
  return text
    .split('\n', LINES_MAX)
    .map(line => line.trim())
    .filter(line => line !== '' && !line.startsWith('#'))
    .map(line => line.split(':'))
}

function validId(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{1,10}$/.test(text)) return undefined
  const id = Number(text)
  return id <= ID_MAX ? id : undefined
}
