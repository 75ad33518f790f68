import { Forbidden } from '#lib/errors'
import { familiarName, type Reference, withDefaultTag } from '#oci'
import { type Credentials, secretOf } from '#registry'
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
