import { AuthConfig, type AuthResponse, ImageSearchQuery } from '#api'
import { NotFound } from '#lib/errors'
import type { Backends } from '../backends.ts'
import { remoteImage } from '../convert/remote-image.ts'
import { searchItems } from '../convert/search.ts'
import type { ApiCall } from '../http/call.ts'
import type { Route } from '../http/route.ts'
import { credentialsOf, readCredentials } from './credentials.ts'

/** What is asked of registries, and stays there. */
export function registryRoutes({ images }: Backends): Route[] {
  return [
    { method: 'POST', path: '/auth', handle: call => login(images, call) },
    { method: 'GET', path: '/images/search', handle: call => search(images, call) },
    { method: 'GET', path: '/distribution/*', handle: call => inspectRemote(images, call) },
  ]
}

async function login(images: Backends['images'], call: ApiCall): Promise<void> {
  const auth = await call.readJson(AuthConfig)
  const token = await images.login(auth.serveraddress ?? '', credentialsOf(auth) ?? {}, call.signal)
  call.sendJson(200, { Status: 'Login Succeeded', IdentityToken: token } satisfies AuthResponse)
}

async function search(images: Backends['images'], call: ApiCall): Promise<void> {
  const { term = '', limit = 0, filters = new Map() } = call.readQuery(ImageSearchQuery)
  searchItems([], filters)
  const found = await images.search(term, limit, readCredentials(call), call.signal)
  call.sendJson(200, searchItems(found, filters))
}

async function inspectRemote(images: Backends['images'], call: ApiCall): Promise<void> {
  const name = /^(.+)\/json$/.exec(call.param('*'))?.[1]
  if (name === undefined) throw new NotFound('page not found')
  call.sendJson(200, remoteImage(await images.inspectRemote(name, readCredentials(call), call.signal)))
}
