import { Forbidden } from '#lib/errors'
import type { Logger } from '#lib/log'
import { createRegistryApp, type ListenAddress, listenRegistry, type RegistryListener } from '#registry/serve'
import { type ImagesRegistryOptions, openImagesRegistry } from './images-registry.ts'
import { isLoopbackAddress } from './listen-address.ts'

/** Serves the images of an engine on this machine. @throws Forbidden on other addresses than loopback */
export async function serveImages(
  options: ImagesRegistryOptions,
  listen: ListenAddress,
  log: Logger,
): Promise<RegistryListener> {
  if (!isLoopbackAddress(listen.address)) {
    throw new Forbidden(`--registry-listen ${listen.address} would show every image to the network`, {
      fix: "use 127.0.0.1, or 'gantry registry serve' with --htpasswd and TLS",
    })
  }
  const app = createRegistryApp({ registry: openImagesRegistry(options), authenticator: undefined, log })
  return await listenRegistry(app, listen, { certificate: undefined })
}
