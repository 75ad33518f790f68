import { errorText, InvalidArgument } from '#lib/errors'
import { shortId } from '#lib/ids'
import { compile, string, struct } from '#template'
import type { ContainerRecord } from '../container/record.ts'

/** As `docker info` calls it in templates of tags. */
const DAEMON_NAME = 'gantry'

/**
 * What every entry of a container's log carries, by the log options `labels`, `labels-regex`, `env`, `env-regex` and
 * `tag`; undefined where nothing was asked for, or nothing was found. @throws InvalidArgument in Docker's words
 */
export function logAttributes(record: ContainerRecord): Readonly<Record<string, string>> | undefined {
  const { options } = record.spec.host.log
  const labels = chosen(Object.entries(record.spec.labels), options.labels, options['labels-regex'])
  const env = chosen(record.spec.process.env.map(splitVariable), options.env, options['env-regex'])
  const tag = options.tag === undefined || options.tag === '' ? '' : renderTag(options.tag, record)
  const attributes = { ...Object.fromEntries([...labels, ...env]), ...(tag === '' ? {} : { tag }) }
  return Object.keys(attributes).length === 0 ? undefined : attributes
}

type Pair = readonly [string, string]

function chosen(pairs: readonly Pair[], names = '', pattern = ''): Pair[] {
  const wanted = new Set(names === '' ? [] : names.split(','))
  const matcher = pattern === '' ? undefined : readPattern(pattern)
  return pairs.filter(([name]) => wanted.has(name) || matcher?.test(name) === true)
}

function readPattern(pattern: string): RegExp {
  try {
    return new RegExp(pattern)
  } catch (error) {
    throw new InvalidArgument(`failed to initialize logging driver: error parsing regexp: ${pattern}`, { cause: error })
  }
}

function splitVariable(entry: string): Pair {
  const at = entry.indexOf('=')
  return at < 0 ? [entry, ''] : [entry.slice(0, at), entry.slice(at + 1)]
}

/** Docker's `{{.ID}}`, `{{.Name}}`, `{{.ImageName}}`, ... */
function renderTag(template: string, record: ContainerRecord): string {
  const { id, name, imageId, spec, path, args } = record
  const text = (value: string) => () => string(value)
  const facts = struct('*logger.Info', {
    ID: text(shortId(id)),
    FullID: text(id),
    Name: text(name),
    ImageID: text(shortId(imageId.slice(imageId.indexOf(':') + 1))),
    ImageFullID: text(imageId),
    ImageName: text(spec.image),
    Command: text([path, ...args].join(' ')),
    DaemonName: string(DAEMON_NAME),
  })
  try {
    return compile(template, { name: 'log-tag' }).execute(facts)
  } catch (error) {
    throw new InvalidArgument(`failed to initialize logging driver: ${errorText(error)}`, { cause: error })
  }
}
