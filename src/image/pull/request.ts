import { Forbidden } from '#lib/errors'
import { familiarName, type Reference, withDefaultTag } from '#oci'
import type { Credentials, Secret } from '#registry'
import type { RegistryCredentials } from '../image.ts'
import { digestAlone } from '../record/names.ts'

/** What is asked of the registry: a digest where there is one, else a tag. @throws Forbidden for `scratch` */
export function pullReference(reference: Reference): Reference {
  if (familiarName(reference) === 'scratch') throw new Forbidden("'scratch' is a reserved name")
  return digestAlone(withDefaultTag(reference))
}

/** What the client sent along, for the registry that it pulls from. A token says more than a password beside it. */
export function credentialsFor(reference: Reference, given: RegistryCredentials | undefined): Credentials | undefined {
  const secret = given === undefined ? undefined : secretOf(given)
  return secret === undefined ? undefined : { registry: reference.domain, secret }
}

export function secretOf({
  username,
  password,
  identityToken,
  registryToken,
}: RegistryCredentials): Secret | undefined {
  if (registryToken) return { kind: 'registry-token', token: registryToken }
  if (identityToken) return { kind: 'identity', token: identityToken }
  if (username || password) return { kind: 'basic', username: username ?? '', password: password ?? '' }
  return undefined
}
