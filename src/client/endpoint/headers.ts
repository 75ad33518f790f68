import { InvalidArgument } from '#lib/errors'
import type { Headers } from '../http/transport.ts'
import type { DockerConfig } from './config-file.ts'
import type { Environment } from './endpoint.ts'

const VARIABLE = 'DOCKER_CUSTOM_HEADERS'
const FIX = { fix: `set ${VARIABLE} to key=value,"key=value with, comma"` }

/**
 * Headers for every request: those of DOCKER_CUSTOM_HEADERS (one line of CSV), which replace `HttpHeaders` of
 * config.json. A User-Agent is never taken from the config.
 * @throws InvalidArgument in Docker's words.
 */
export function customHeaders(env: Environment, config: Pick<DockerConfig, 'HttpHeaders'>): Headers {
  const text = env[VARIABLE] ?? ''
  if (text !== '') return Object.fromEntries(fieldsOf(text).map(headerOf))
  const configured = Object.entries(config.HttpHeaders ?? {})
  return Object.fromEntries(configured.filter(([name]) => name.toLowerCase() !== 'user-agent'))
}

function headerOf(field: string): [string, string] {
  const [name = '', ...rest] = field.split('=')
  const failed = `failed to set custom headers from ${VARIABLE} environment variable`
  if (name.trim() === '') {
    throw new InvalidArgument(`${failed}: value contains a key=value pair with an empty key: '${field}'`, FIX)
  }
  if (rest.length === 0) throw new InvalidArgument(`${failed}: missing "=" in key=value pair: '${field}'`, FIX)
  return [name.trim(), rest.join('=')]
}

/** The fields of one record of CSV: plain, or in quotes with quotes doubled. */
function fieldsOf(line: string): string[] {
  const fields: string[] = []
  const pattern = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|$)/y
  for (;;) {
    const match = pattern.exec(line)
    if (match === null) {
      throw new InvalidArgument(
        `failed to parse custom headers from ${VARIABLE} environment variable: value must be formatted as comma-separated key=value pairs`,
        FIX,
      )
    }
    fields.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '')
    if (match[3] === '') return fields
  }
}
