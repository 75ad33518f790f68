import type { RootFolder } from '#linux'
import { type ProcessUser, resolveGroups, resolveUser } from './user.ts'

/** /etc/passwd and /etc/group of an image, of which no honest one is larger (SAFETY S17). */
const ACCOUNTS_MAX_BYTES = 8 * 1024 * 1024

/** `USER[:GROUP]`, and more groups, by the accounts of a mounted root. @throws InvalidArgument in Docker's words */
export function lookUpUser(root: RootFolder, user: string, groups: readonly string[] = []): ProcessUser {
  const read = (path: string) => root.readFile(path, ACCOUNTS_MAX_BYTES)?.toString('utf8') ?? ''
  const groupFile = read('/etc/group')
  const found = resolveUser(user, read('/etc/passwd'), groupFile)
  const more = resolveGroups(groups, groupFile)
  return { ...found, additionalGids: [...new Set([...found.additionalGids, ...more])] }
}
