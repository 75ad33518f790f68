import { GantryError, InvalidArgument } from '#lib/errors'
import { type Digest, familiarName, familiarString, nameOnly, type Reference, withDefaultTag, withDigest } from '#oci'
import type { Scope } from './authorizer.ts'
import { type Capability, type Endpoint, originOf } from './endpoint.ts'
import { RegistryUnavailable } from './failure.ts'
import type { HttpResponse } from './http.ts'
import type { Subject } from './status.ts'
import { type RegistryRequest, registryRequest, type TransportDeps } from './transport.ts'

export interface SessionDeps extends TransportDeps {
  /** The places of a registry, as they were when the session began to deal with it. */
  readonly endpoints: (registry: string) => readonly Endpoint[]
  /** The endpoint that answered last, by registry: where TLS failed once it is not tried with every request. */
  readonly preferred: Map<string, string>
}

/** One thing in one repository. */
export interface Target {
  readonly reference: Reference
  readonly scope: Scope
  readonly what: 'manifest' | 'blob'
  /** Digest or tag. */
  readonly object: string
}

export function manifestTarget(reference: Reference, digest: Digest | undefined): Target {
  const whole = withDefaultTag(digest === undefined ? reference : withDigest(reference, digest))
  const object = whole.digest ?? whole.tag
  if (object === undefined) throw new InvalidArgument('a reference without tag and digest')
  return { reference: whole, scope: pullScope(reference), what: 'manifest', object }
}

export function blobTarget(reference: Reference, digest: Digest): Target {
  return {
    reference: withDigest(nameOnly(reference), digest),
    scope: pullScope(reference),
    what: 'blob',
    object: digest,
  }
}

/** The same thing, to be put there; a blob may be mounted out of the repository `from`. */
export function pushTarget(target: Target, from?: string): Target {
  const { repository } = target.scope
  return { ...target, scope: { repository, actions: ['pull', 'push'], ...(from !== undefined && { from }) } }
}

export function pullScope(reference: Reference): Scope {
  return { repository: reference.path, actions: ['pull'] }
}

export function subjectOf({ reference, what, scope }: Target, method: string): Subject {
  return {
    registry: reference.domain,
    name: familiarName(reference),
    reference: familiarString(reference),
    what,
    action: scope.actions.includes('push') ? 'push' : 'pull',
    method,
  }
}

/** `busybox:1 at docker.io`, for errors. */
export function placeOf({ reference }: Target): string {
  return `${familiarString(reference)} at ${reference.domain}`
}

/** Asks the endpoints of the target's registry for it, one after another, and reads the answer with `read`. */
export async function askFor<T>(
  deps: SessionDeps,
  target: Target,
  request: Pick<RegistryRequest, 'method' | 'headers' | 'body' | 'accept'>,
  signal: AbortSignal | undefined,
  read: (response: HttpResponse, endpoint: Endpoint) => Promise<T>,
): Promise<T> {
  const folder = target.what === 'manifest' ? 'manifests' : 'blobs'
  const whole: RegistryRequest = {
    ...request,
    to: `${target.reference.path}/${folder}/${target.object}`,
    scope: target.scope,
    subject: subjectOf(target, request.method),
  }
  const pulled = target.reference.digest === undefined ? 'resolve' : 'pull'
  const capability = target.scope.actions.includes('push') ? 'push' : pulled
  if (target.reference.domain === '') {
    throw new InvalidArgument(`invalid reference format: ${familiarString(target.reference)} names no registry`)
  }
  return await visit(deps, target.reference.domain, capability, async endpoint => {
    const response = await registryRequest(deps, endpoint, whole, signal)
    return await read(response, endpoint)
  })
}

/** The first endpoint that answers; where none does, the error of the one that got furthest. */
export async function visit<T>(
  { endpoints: known, preferred }: SessionDeps,
  registry: string,
  capability: Capability,
  body: (endpoint: Endpoint) => Promise<T>,
): Promise<T> {
  const endpoints = known(registry).filter(endpoint => endpoint.capabilities.includes(capability))
  const best = endpoints.find(endpoint => keyOf(endpoint) === preferred.get(registry))
  const order = best === undefined ? endpoints : [best, ...endpoints.filter(endpoint => endpoint !== best)]
  let failure: unknown
  for (const endpoint of order) {
    try {
      const result = await body(endpoint)
      preferred.set(registry, keyOf(endpoint))
      return result
    } catch (error) {
      const isRefused = isBroken(error) && keyOf(endpoint) !== preferred.get(registry) && hasTwin(endpoint, order)
      if (!isRefused && !leadsOn(endpoint, error)) throw error
      // Nobody there, twice: the first address is the one that people know. A broken exchange may be tried again.
      if (!(isNobody(failure) && isNobody(error)) && !isBroken(failure)) failure = error
    }
  }
  if (order.some(endpoint => hasTwin(endpoint, order))) throw withCertificates(registry, failure)
  throw failure ?? new InvalidArgument(`no endpoint of ${registry} may be asked to ${capability}`)
}

/** True where the next endpoint may do better. */
function leadsOn(endpoint: Endpoint, error: unknown): boolean {
  if (endpoint.mirror) return !(error instanceof GantryError && error.kind === 'cancelled')
  return error instanceof RegistryUnavailable && (error.trouble === 'endpoint' || error.trouble === 'connect')
}

function isNobody(error: unknown): boolean {
  return error instanceof RegistryUnavailable && error.trouble === 'connect'
}

/** Servers that do not like a certificate of ours may just hang up. */
function isBroken(error: unknown): boolean {
  return error instanceof RegistryUnavailable && error.trouble === 'broken'
}

/** A server that likes none of our certificates says so in a way that looks like a broken connection. */
function withCertificates(registry: string, failure: unknown): unknown {
  if (!(failure instanceof RegistryUnavailable) || failure.fix !== undefined) return failure
  const fix = `all client certificates in certs.d/${registry} were shown: look whether one of them is for this registry`
  return new RegistryUnavailable(failure.trouble, failure.message, { fix, cause: failure })
}

/** Whether the same server may be shown another certificate. */
function hasTwin(endpoint: Endpoint, all: readonly Endpoint[]): boolean {
  return all.some(
    other => other !== endpoint && other.tls.client !== undefined && originOf(other) === originOf(endpoint),
  )
}

function keyOf(endpoint: Endpoint): string {
  return `${originOf(endpoint)} ${endpoint.tls.client?.cert ?? ''}`
}
