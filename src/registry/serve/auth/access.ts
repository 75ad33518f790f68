import type { Target } from '../http/path.ts'
import { Refusal } from '../refusal.ts'
import type { Action, Rights } from './rules.ts'

/** What the client of one request may do. */
export interface Access {
  /** False where rights are told apart by repository. */
  readonly isFull: boolean
  may(action: Action, repository: string): boolean
}

export const FULL_ACCESS: Access = { isFull: true, may: () => true }

export function accessOf(user: string, rights: Rights): Access {
  return { isFull: false, may: (action, repository) => rights.may(user, action, repository) }
}

/** @throws Refusal DENIED; a repository that may not be read is refused alike whether it is there or not */
export function authorize(access: Access, target: Target, method: string): void {
  if (!('repository' in target)) return
  const action = actionOf(target, method)
  if (access.may(action, target.repository)) return
  throw new Refusal(403, 'DENIED', `requested access to the resource is denied: ${action} of ${target.repository}`, {
    fix: 'ask whoever keeps the rules of this registry for it',
    detail: { name: target.repository, action },
  })
}

function actionOf({ kind }: Target, method: string): Action {
  if (kind === 'uploads' || kind === 'upload') return 'push'
  if (method === 'GET' || method === 'HEAD') return 'pull'
  return method === 'DELETE' ? 'delete' : 'push'
}
