import type { VersionResponse } from '#api'
import { BAD_TEMPLATE, Failure } from '../failure.ts'
import { askedFormat, OBJECT_FLAGS } from '../format/flags.ts'
import { command } from '../program/command.ts'
import type { Connection } from '../program/context.ts'
import { type ClientVersion, clientVersion } from '../system/client-version.ts'
import { withEngine } from '../system/server-version.ts'
import { versionText } from '../system/version-text.ts'

export const version = command({
  usage: '[OPTIONS]',
  arity: { min: 0, max: 0 },
  flags: OBJECT_FLAGS,
  examples: ['version', "version --format '{{.Server.Version}}'"],
  async run({ context, flags }) {
    const format = askedFormat(flags)
    const template = format === '' ? undefined : await templateOf(format)
    const connection = await context.connect()
    const answer = await askEngine(connection)
    const client = clientVersion(context, connection.endpoint.context, answer.apiVersion)
    const rendered = template?.(client, answer.server)
    context.streams.out.write(rendered?.output ?? versionText(client, answer.server))
    const problem = answer.error ?? rendered?.error
    if (problem !== undefined) throw problem
  },
})

interface Answer {
  readonly apiVersion: string | undefined
  readonly server: VersionResponse | undefined
  /** Why there is no server to tell of. */
  readonly error: unknown
}

async function askEngine({ client }: Connection): Promise<Answer> {
  try {
    const server = withEngine(await client.system.version())
    return { server, apiVersion: await client.requests.version(), error: undefined }
  } catch (error) {
    return { server: undefined, apiVersion: undefined, error }
  }
}

/** @throws Failure for a template that does not parse */
async function templateOf(format: string) {
  const { compile, view } = await import('#template')
  const { VERSION_INFO } = await import('../system/version-type.ts')
  const compiled = (() => {
    try {
      return compile(format === 'json' ? '{{json .}}' : format, { name: 'version' })
    } catch (error) {
      throw new Failure(`template parsing error: ${error instanceof Error ? error.message : ''}`, BAD_TEMPLATE, error)
    }
  })()
  return (client: ClientVersion, server: VersionResponse | undefined) => {
    const { output, error } = compiled.run(
      view(VERSION_INFO, JSON.parse(JSON.stringify({ Client: client, Server: server }))),
    )
    return { output: `${output}\n`, error }
  }
}
