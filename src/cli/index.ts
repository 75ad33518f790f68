/** Gantry's own command line: Docker's spelling, output and exit codes. */
export { cliMain, type Surroundings } from './main.ts'
export type {
  ManifestDescriptor,
  ManifestRegistry,
  ManifestRegistryOptions,
  Platform,
  RemoteManifest,
} from './manifest/remote.ts'
export type { CredentialProgram, Host, Program } from './program/context.ts'
