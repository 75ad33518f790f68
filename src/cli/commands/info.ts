import type { InfoResponse } from '#api'
import { isEngineRefusal } from '#client'
import { errorText } from '#lib/errors'
import { BAD_TEMPLATE, Failure } from '../failure.ts'
import { askedFormat, OBJECT_FLAGS } from '../format/flags.ts'
import { command } from '../program/command.ts'
import type { Connection, Context } from '../program/context.ts'
import { clientVersion } from '../system/client-version.ts'
import { infoText } from '../system/info-text.ts'

export const info = command({
  usage: '[OPTIONS]',
  arity: { min: 0, max: 0 },
  flags: OBJECT_FLAGS,
  examples: ['info', "info --format '{{.Driver}} {{.CgroupVersion}}'"],
  async run({ context, flags }) {
    const format = askedFormat(flags)
    const connection = await context.connect()
    if (format === '') await printPretty(context, connection)
    else await printTemplate(context, connection, format === 'json' ? '{{json .}}' : format)
  },
})

async function printPretty(context: Context, { client, config, endpoint }: Connection): Promise<void> {
  const { out, err } = context.streams
  const lines = [
    ` Version:    ${context.host.version}`,
    ` Context:    ${endpoint.context}`,
    ` Debug Mode: ${context.isDebug}`,
  ]
  out.write(`Client: Gantry\n${lines.join('\n')}\n\nServer:\n`)
  const answer = await client.requests.text('GET', '/info').catch((error: unknown) => refusal(error))
  if (typeof answer !== 'string') {
    err.line(`ERROR: ${answer.refused}`)
    throw new Failure('errors pretty printing info')
  }
  const server: InfoResponse = JSON.parse(answer)
  const username = config.settings.auths?.['https://index.docker.io/v1/']?.username ?? ''
  out.write(`${infoText(server, username, context.isDebug)}\n`)
  for (const warning of server.Warnings ?? []) err.line(warning)
}

/** What the engine answered instead; not reaching it at all is thrown. */
function refusal(error: unknown): { readonly refused: string } {
  if (!isEngineRefusal(error)) throw error
  return { refused: errorText(error) }
}

async function printTemplate(context: Context, connection: Connection, format: string): Promise<void> {
  const { compile, parseJsonExact, view } = await import('#template')
  const { CLIENT_INFO, INFO } = await import('../system/info-type.ts')
  const template = (() => {
    try {
      return compile(format)
    } catch (error) {
      throw new Failure(`template parsing error: ${errorText(error)}`, BAD_TEMPLATE, error)
    }
  })()
  const own = {
    Debug: context.isDebug,
    ...clientVersion(context, connection.endpoint.context, undefined),
    Plugins: [],
    Warnings: null,
  }
  const alone = template.run(view(CLIENT_INFO, { ClientInfo: own }))
  // A template that can do without an engine is not to wait for one.
  if (/\.[a-zA-Z]/.test(format) && alone.error === undefined) {
    context.streams.out.line(alone.output)
    return
  }
  const server = parseJsonExact(await connection.client.requests.text('GET', '/info'))
  const data = new Map([...(server instanceof Map ? server : []), ['ClientInfo', own]])
  const { output, error } = template.run(view(INFO, data))
  context.streams.out.line(output)
  if (error !== undefined) throw error
}
