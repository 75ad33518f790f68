import { DOCKER_CLIS } from '../support/docker.ts'

/** A docker command line, with a word for it in names. */
export interface DockerCli {
  readonly name: string
  readonly path: string
  /** Short and the same for both engines: part of container names. */
  readonly tag: string
}

/** All that cases are run with; `absent` says why one is not. */
export const CLIENTS: readonly (DockerCli & { readonly absent: string | false })[] = [
  { name: 'docker 20.10', tag: 'c20' },
  { name: 'docker 28', tag: 'c28' },
].map(({ name, tag }) => {
  const path = DOCKER_CLIS.find(cli => cli.name === name)?.path
  return { name, tag, path: path ?? '', absent: path === undefined ? `needs the command line of ${name}` : false }
})

/** Versions of the API by which cases with `versions: 'each'` are run. */
export const API_VERSIONS: readonly string[] = ['1.24', '1.41', '1.51']
