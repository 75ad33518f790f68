import { discard } from './body.ts'
import type { CallOptions, Login } from './contract.ts'
import { type SessionDeps, visit } from './session.ts'
import type { Subject } from './status.ts'
import { registryRequest } from './transport.ts'

/**
 * Asks a registry whether it takes the session's secret. A token server may give a token to be kept in the password's
 * place, which is told.
 * @throws Unauthorized where it does not
 */
export async function login(deps: SessionDeps, registry: string, { signal }: CallOptions): Promise<Login> {
  const subject: Subject = {
    registry,
    name: registry,
    reference: registry,
    what: 'token',
    action: 'login',
    method: 'GET',
  }
  const scope = { repository: '', actions: [] }
  const request = { method: 'GET', to: '', headers: {}, scope, subject } as const
  return await visit(deps, registry, 'resolve', async endpoint => {
    const response = await registryRequest(deps, endpoint, request, signal)
    await discard(response)
    return { identityToken: deps.authorizer.identityToken }
  })
}
