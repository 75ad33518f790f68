import { NotFound } from '#lib/errors'
import { JsonValue } from '#lib/json-value'
import { readBody } from './body.ts'
import type { CallOptions, FoundRepository } from './contract.ts'
import type { Endpoint } from './endpoint.ts'
import { retrying } from './retry.ts'
import { type SessionDeps, visit } from './session.ts'
import { registryRequest } from './transport.ts'

const HUB = 'docker.io'
/** Docker Hub searches elsewhere than it serves. */
const HUB_INDEX = 'index.docker.io'

/** Bytes of an answer, and repositories in it. */
const ANSWER_BYTES_MAX = 4 * 1024 * 1024
const RESULTS_MAX = 1000

const TROUBLES = ['broken', 'busy'] as const

/** Asks a registry for repositories by the search of the first registry API (`/v1/search`): there is no newer one. */
export async function search(
  deps: SessionDeps,
  registry: string,
  term: string,
  limit: number,
  { signal }: CallOptions,
): Promise<readonly FoundRepository[]> {
  const query = new URLSearchParams({ q: term, n: String(limit) })
  const what = { what: 'token', action: 'pull', method: 'GET' } as const
  const subject = { registry, name: registry, reference: registry, ...what }
  const scope = { repository: '', actions: [] }
  const request = { method: 'GET', to: `search?${query}`, headers: {}, scope, subject, accept: [404] } as const
  return await visit(deps, registry, 'resolve', async endpoint =>
    retrying(deps.timing, { troubles: TROUBLES, signal }, async () => {
      const response = await registryRequest(deps, searchEndpoint(endpoint), request, signal)
      const bytes = await readBody(response, ANSWER_BYTES_MAX, deps.timing, signal)
      if (response.status === 404) {
        throw new NotFound(`registry ${registry} cannot be searched`, {
          fix: 'it does not have the search of the first registry API; name the repository instead',
        })
      }
      return readResults(bytes)
    }),
  )
}

function searchEndpoint(endpoint: Endpoint): Endpoint {
  const isHub = endpoint.registry === HUB && !endpoint.mirror
  return { ...endpoint, path: '/v1', ...(isHub && { authority: HUB_INDEX }) }
}

function readResults(bytes: Buffer): FoundRepository[] {
  const json = JsonValue.parse(bytes, 'results of a search', ANSWER_BYTES_MAX)
  return json
    .member('results')
    .elements(RESULTS_MAX)
    .map(item => ({
      name: item.member('name').string(),
      description: item.member('description').string(),
      stars: item.member('star_count').integer(),
      isOfficial: item.member('is_official').boolean(),
    }))
}
