import assert from 'node:assert/strict'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { readConfigFile, writeConfigFile } from './config-file.ts'
import { readContext } from './contexts.ts'
import { customHeaders } from './headers.ts'
import { findEngine } from './options.ts'
import { readTls } from './tls.ts'

class Folder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'gantry-config-'))

  write(name: string, text: string): string {
    const path = join(this.path, name)
    mkdirSync(join(path, '..'), { recursive: true })
    writeFileSync(path, text)
    return path
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true })
  }
}

test('a config that is not there, or empty, is empty', () => {
  using folder = new Folder()
  assert.deepEqual(readConfigFile(join(folder.path, 'none')).settings, {})
  folder.write('config.json', ' \n')
  assert.deepEqual(readConfigFile(folder.path).settings, {})
})

test('known keys are read, regardless of case', () => {
  using folder = new Folder()
  const text =
    '{"auths":{"x":{"auth":"YTpi"}},"CREDSSTORE":"pass","httpheaders":{"A":"b"},"currentContext":null,"foo":1}'
  folder.write('config.json', text)
  const { settings } = readConfigFile(folder.path)
  assert.deepEqual(Object.keys(settings), ['auths', 'credsStore', 'HttpHeaders'])
  assert.deepEqual({ ...settings.auths }, { x: { auth: 'YTpi' } })
})

test('a config that does not parse is refused by its path, with a fix and without its content', () => {
  using folder = new Folder()
  const path = folder.write('config.json', '{"auths":{"x":{"auth":secret}}}')
  assert.throws(() => readConfigFile(folder.path), {
    kind: 'invalid-argument',
    message: `parsing config file (${path}): it is not valid JSON`,
    fix: /correct the file/,
  })
  folder.write('config.json', '{"psFormat":["x"]}')
  assert.throws(() => readConfigFile(folder.path), {
    message: `parsing config file (${path}): invalid setting: psFormat: expected a string, got a list`,
  })
  folder.write('config.json', '[]')
  assert.throws(() => readConfigFile(folder.path), { message: /expected an object, got a list/ })
})

test('a change keeps everything else as it was', () => {
  using folder = new Folder()
  const text =
    '{\n\t"auths": {},\n\t"unknown": {\n\t\t"__proto__": 1,\n\t\t"big": 12345678901234567890,\n\t\t"f": 1.0\n\t},\n\t"CurrentContext": "a",\n\t"credsStore": "x"\n}'
  const path = folder.write('config.json', text)
  chmodSync(path, 0o640)
  writeConfigFile(readConfigFile(folder.path), { currentContext: 'b', credsStore: undefined })
  assert.equal(
    readFileSync(path, 'utf8'),
    '{\n\t"auths": {},\n\t"unknown": {\n\t\t"__proto__": 1,\n\t\t"big": 12345678901234567890,\n\t\t"f": 1.0\n\t},\n\t"currentContext": "b"\n}\n',
  )
  assert.equal(statSync(path).mode & 0o777, 0o640)
  assert.deepEqual(readdirSync(folder.path), ['config.json'])
})

test('a new config is for its owner only, and a linked one stays linked', () => {
  using folder = new Folder()
  const fresh = join(folder.path, 'new')
  writeConfigFile(readConfigFile(fresh), { currentContext: 'a' })
  assert.equal(statSync(join(fresh, 'config.json')).mode & 0o777, 0o600)
  assert.equal(statSync(fresh).mode & 0o777, 0o700)
  const linked = join(folder.path, 'linked')
  mkdirSync(linked)
  symlinkSync('../new/config.json', join(linked, 'config.json'))
  writeConfigFile(readConfigFile(linked), { currentContext: 'b' })
  assert.equal(readConfigFile(fresh).settings.currentContext, 'b')
})

// The folder that docker 28.2 made for `docker context create remote`.
const REMOTE = 'b71199ebd070b36beab7317920c2c2f1d777df8d05e5527d8458fda57cb17a7a'

test('a context is found where docker put it', () => {
  using folder = new Folder()
  const meta = `contexts/meta/${REMOTE}/meta.json`
  folder.write(
    meta,
    '{"Name":"remote","Metadata":{},"Endpoints":{"docker":{"Host":"tcp://r:2376","SkipTLSVerify":false}}}',
  )
  assert.deepEqual(readContext(folder.path, 'remote'), { host: 'tcp://r:2376', tls: undefined })
  const ca = folder.write(`contexts/tls/${REMOTE}/docker/ca.pem`, 'CA')
  const tls = { ca, cert: undefined, key: undefined, skipVerify: false }
  assert.deepEqual(readContext(folder.path, 'remote'), { host: 'tcp://r:2376', tls })
  folder.write(meta, '{"Name":"remote","Endpoints":{"docker":{"SkipTLSVerify":true}}}')
  assert.deepEqual(readContext(folder.path, 'remote'), { host: undefined, tls: { ...tls, skipVerify: true } })
})

test('a context that is not there, or not whole, is told by its file', () => {
  using folder = new Folder()
  const path = join(folder.path, `contexts/meta/${REMOTE}/meta.json`)
  assert.throws(() => readContext(folder.path, 'remote'), {
    kind: 'not-found',
    message: `context "remote": context not found: open ${path}: no such file or directory`,
  })
  folder.write(`contexts/meta/${REMOTE}/meta.json`, '{')
  assert.throws(() => readContext(folder.path, 'remote'), {
    kind: 'invalid-argument',
    message: `context "remote": parsing ${path}: invalid JSON: unexpected EOF`,
  })
  folder.write(`contexts/meta/${REMOTE}/meta.json`, '{"Name":"remote","Endpoints":{"kubernetes":{}}}')
  assert.throws(() => readContext(folder.path, 'remote'), { message: /cannot find docker endpoint in context/ })
})

test('TLS files are read, and one that is missing is named', () => {
  using folder = new Folder()
  const ca = folder.write('ca.pem', 'CA')
  const cert = folder.write('cert.pem', 'CERT')
  assert.deepEqual(readTls({ ca, cert, key: cert, skipVerify: false }), {
    ca: 'CA',
    cert: 'CERT',
    key: 'CERT',
    skipVerify: false,
  })
  assert.deepEqual(readTls({ ca, cert, key: undefined, skipVerify: true }), { ca: 'CA', skipVerify: true })
  assert.throws(() => readTls({ ca: '/none/ca.pem', cert, key: cert, skipVerify: false }), {
    kind: 'invalid-argument',
    message: 'open /none/ca.pem: no such file or directory',
  })
})

test('headers come from the variable, or else from the config', () => {
  const config = { HttpHeaders: { 'X-A': 'a', 'user-agent': 'mine' } }
  assert.deepEqual(customHeaders({}, config), { 'X-A': 'a' })
  assert.deepEqual(customHeaders({ DOCKER_CUSTOM_HEADERS: 'X-B = b=c,"X-D=e, ""f"""' }, config), {
    'X-B': ' b=c',
    'X-D': 'e, "f"',
  })
  const refused: Record<string, RegExp> = {
    'a"b=c': /must be formatted as comma-separated key=value pairs/,
    '=x': /empty key: '=x'/,
    'X-A': /missing "=" in key=value pair: 'X-A'/,
  }
  for (const [text, message] of Object.entries(refused)) {
    assert.throws(() => customHeaders({ DOCKER_CUSTOM_HEADERS: text }, {}), { kind: 'invalid-argument', message }, text)
  }
})

test('all of it together makes the options of a client', () => {
  using folder = new Folder()
  folder.write('.docker/config.json', '{"currentContext":"remote","HttpHeaders":{"X-A":"a"}}')
  folder.write(`.docker/contexts/meta/${REMOTE}/meta.json`, '{"Endpoints":{"docker":{"Host":"tcp://r:1"}}}')
  folder.write(`.docker/contexts/tls/${REMOTE}/docker/ca.pem`, 'CA')
  const { endpoint, options } = findEngine({}, { DOCKER_API_VERSION: 'v1.40' }, folder.path)
  assert.equal(endpoint.context, 'remote')
  assert.deepEqual(options, {
    absent: undefined,
    host: 'tcp://r:1',
    tls: { ca: 'CA', skipVerify: false },
    version: '1.40',
    headers: { 'X-A': 'a' },
  })
  assert.throws(() => findEngine({}, { DOCKER_API_VERSION: 'new' }, folder.path), {
    message: 'invalid DOCKER_API_VERSION: new',
  })
})
