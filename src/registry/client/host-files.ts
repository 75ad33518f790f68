import { readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, isAbsolute, join } from 'node:path'
import { parse, TomlError } from 'smol-toml'
import { errorCode, errorText, InvalidArgument } from '#lib/errors'
import { JsonValue } from '#lib/json-value'
import { quoted } from '#lib/printable'
import type { Capability, ClientPair, TlsProfile } from './endpoint.ts'

/** What a person has written down about one registry, in a folder that has its name. */
export interface HostFiles {
  readonly tls: Pick<TlsProfile, 'ca'>
  /** What may be shown, the likeliest first. */
  readonly clients: readonly ClientPair[]
  /** Of a `hosts.toml`. */
  readonly hosts: HostsFile | undefined
}

export interface HostsFile {
  /** Asked last; undefined where it is the registry itself. */
  readonly server: HostEntry
  /** In their order. */
  readonly hosts: readonly HostEntry[]
}

export interface HostEntry {
  /** Undefined where the file does not name one. */
  readonly url: URL | undefined
  readonly capabilities: readonly Capability[]
  readonly tls: Omit<TlsProfile, 'client'>
  /** What may be shown, the likeliest first. */
  readonly clients: readonly ClientPair[]
  /** `url` ends where repositories begin: no `/v2` is added. */
  readonly overridePath: boolean
  readonly headers: Readonly<Record<string, string>>
}

/** Bytes of one file, and files of one folder. */
const FILE_BYTES_MAX = 1024 * 1024
const FILES_MAX = 100
const ENTRIES_MAX = 100
/** Client certificates for one host: each may cost a connection. */
const CLIENTS_MAX = 10

const CAPABILITIES: readonly Capability[] = ['resolve', 'pull', 'push']
const KEYS: readonly string[] = ['capabilities', 'ca', 'client', 'skip_verify', 'override_path', 'header']

/**
 * Reads what the folders (`/etc/docker/certs.d`, ...) have for `registry`: of each the folder `HOST:PORT`, else
 * `_default`. The first `hosts.toml` counts; certificates come together.
 * @throws InvalidArgument naming the file and what is wrong with it
 */
export function readHostFiles(folders: readonly string[], registry: string): HostFiles {
  const found = folders.flatMap(folder => {
    const own = join(folder, registry)
    return isFolder(own) ? [own] : []
  })
  const defaults = folders.map(folder => join(folder, '_default')).filter(isFolder)
  const withHosts = [...found, ...defaults].find(folder => readText(join(folder, 'hosts.toml')) !== undefined)
  const certificates = found.map(readCertificates)
  return {
    tls: { ca: certificates.flatMap(({ ca }) => ca) },
    clients: certificates.flatMap(({ clients }) => clients),
    hosts: withHosts === undefined ? undefined : readHosts(withHosts),
  }
}

/** `NAME.crt` is an authority; `NAME.cert` and `NAME.key` are what we show, as Docker has it. */
function readCertificates(folder: string): Pick<HostFiles, 'clients'> & Pick<TlsProfile, 'ca'> {
  const names = readdirSync(folder).sort()
  if (names.length > FILES_MAX) throw new InvalidArgument(`${folder} has more than ${FILES_MAX} files`)
  const clients = names.filter(name => name.endsWith('.cert'))
  if (clients.length > CLIENTS_MAX) {
    throw new InvalidArgument(`${folder} has more than ${CLIENTS_MAX} client certificates`, {
      fix: 'keep those that are to be shown',
    })
  }
  const key = names.find(name => name.endsWith('.key') && !clients.includes(name.replace(/\.key$/, '.cert')))
  if (key !== undefined) {
    throw new InvalidArgument(
      `missing client certificate ${key.replace(/\.key$/, '.cert')} for key ${key} in ${folder}`,
    )
  }
  return {
    ca: names.filter(name => name.endsWith('.crt')).map(name => readFile(join(folder, name))),
    clients: clients.map(client => readPair(folder, client)),
  }
}

function readPair(folder: string, cert: string): ClientPair {
  const key = cert.replace(/\.cert$/, '.key')
  if (readText(join(folder, key)) === undefined) {
    throw new InvalidArgument(`missing key ${key} for client certificate ${cert}`, {
      fix: 'CA certificates must use the extension .crt',
    })
  }
  return { cert: readFile(join(folder, cert)), key: readFile(join(folder, key)) }
}

/** containerd's registry host configuration. */
function readHosts(folder: string): HostsFile {
  const path = join(folder, 'hosts.toml')
  try {
    const json = JsonValue.parse(Buffer.from(JSON.stringify(parse(readFile(path)))), path, FILE_BYTES_MAX)
    for (const name of json.names()) {
      if (!['server', 'host', ...KEYS].includes(name)) json.member(name).fail('not a key of this file')
    }
    const hosts = json.member('host').entries(ENTRIES_MAX)
    const server = json.member('server').string()
    return {
      server: readEntry(folder, json, server === '' ? undefined : readUrl(json.member('server'), server)),
      hosts: hosts.map(([name, host]) => {
        for (const key of host.names()) if (!KEYS.includes(key)) host.member(key).fail('not a key of a host')
        return readEntry(folder, host, readUrl(host, name))
      }),
    }
  } catch (error) {
    if (!(error instanceof TomlError)) throw error
    throw new InvalidArgument(`invalid ${path}: ${errorText(error).split('\n')[0]}`, { cause: error })
  }
}

function readEntry(folder: string, json: JsonValue, url: URL | undefined): HostEntry {
  return {
    url,
    capabilities: readCapabilities(json.member('capabilities')),
    tls: {
      skipVerify: json.member('skip_verify').boolean(),
      ca: strings(json.member('ca')).map(file => readFile(at(folder, file))),
    },
    clients: readClients(folder, json.member('client')),
    overridePath: json.member('override_path').boolean(),
    headers: readHeaders(json.member('header')),
  }
}

function readUrl(json: JsonValue, text: string): URL {
  const whole = /^[a-z]+:\/\//.test(text) ? text : `https://${text}`
  const url = URL.canParse(whole) ? new URL(whole) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.username !== '' || url.search !== '') {
    return json.fail(`${quoted(text)} is no address of a registry`)
  }
  return url
}

function readCapabilities(json: JsonValue): readonly Capability[] {
  if (json.absent) return CAPABILITIES
  return json.strings(ENTRIES_MAX).map(name => {
    const known = CAPABILITIES.find(capability => capability === name)
    return known ?? json.fail(`${quoted(name)}, known are ${CAPABILITIES.join(', ')}`)
  })
}

/** A file with certificate and key, or a list of such files, or of pairs of files. */
function readClients(folder: string, json: JsonValue): readonly ClientPair[] {
  if (json.absent) return []
  return (isList(json) ? json.elements(CLIENTS_MAX) : [json]).map(each => {
    const [cert = '', key = cert] = isList(each) ? each.strings(2) : [each.string()]
    return { cert: readFile(at(folder, cert)), key: readFile(at(folder, key === '' ? cert : key)) }
  })
}

function readHeaders(json: JsonValue): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {}
  for (const [name, value] of json.entries(ENTRIES_MAX)) {
    const text = strings(value).join(', ')
    if (!/^[\w-]{1,100}$/.test(name) || /[^\t\x20-\x7e]/.test(text)) json.fail(`${quoted(name)} is no header`)
    headers[name.toLowerCase()] = text
  }
  return headers
}

/** A text, or a list of them. */
function strings(json: JsonValue): string[] {
  if (json.absent) return []
  return isList(json) ? json.strings(ENTRIES_MAX) : [json.string()]
}

function isList(json: JsonValue): boolean {
  try {
    json.elements(ENTRIES_MAX)
    return true
  } catch {
    return false
  }
}

function at(folder: string, file: string): string {
  return isAbsolute(file) ? file : join(folder, file)
}

function readFile(path: string): string {
  const text = readText(path)
  if (text === undefined) throw new InvalidArgument(`${path} is not there`, { fix: `correct ${basename(path)}` })
  return text
}

function readText(path: string): string | undefined {
  try {
    const { size } = statSync(path)
    if (size > FILE_BYTES_MAX) throw new InvalidArgument(`${path} is longer than ${FILE_BYTES_MAX} bytes`)
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    throw error
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}
