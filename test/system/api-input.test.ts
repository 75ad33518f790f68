/** What no well-meaning client sends: every refusal has a status below 500, words in JSON, and leaves the daemon well. */
import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { clientEnvironment, systemSkip, TestEngine } from '../support/engine.ts'
import { run } from '../support/process.ts'
import { answers, exchange, isWhole, type RawAnswer, requestText } from '../support/raw-http.ts'

const skip = systemSkip()

describe('what clients send', { skip }, () => {
  let engine: TestEngine
  let pid: number

  before(async () => {
    engine = await TestEngine.start()
    pid = engine.pid
  })

  after(async () => {
    process.kill(pid, 0)
    assert.doesNotMatch(engine.log, /TypeError|ReferenceError|RangeError|Unhandled/)
    await engine[Symbol.asyncDispose]()
  })

  const answer = async (bytes: string | Buffer): Promise<RawAnswer> => {
    const [first] = answers(await exchange(engine.socket, bytes))
    assert.ok(first, 'an answer')
    return first
  }
  /** The message of an answer that is nothing but one. */
  const refusal = async (bytes: string | Buffer, status: number): Promise<string> => {
    const { status: got, headers, body } = await answer(bytes)
    assert.equal(got, status, `${body} for ${bytes.toString().slice(-300)}`)
    assert.match(headers.get('content-type') ?? '', /^application\/json/)
    const json = JSON.parse(body) as { message: string }
    assert.deepEqual(Object.keys(json), ['message'])
    assert.notEqual(json.message, '')
    return json.message
  }
  const create = (body: string, headers: readonly string[] = []) =>
    requestText('POST', '/containers/create', body, headers)
  const made = async (bytes: string) => {
    const { status, body } = await answer(bytes)
    assert.equal(status, 201, body)
    const { Id } = JSON.parse(body) as { Id: string }
    assert.equal((await engine.api('DELETE', `/containers/${Id}`)).status, 204)
  }

  test('bodies that are no JSON, or not this JSON, name what is wrong', async () => {
    const cases: readonly [string, RegExp][] = [
      ['', /got EOF while reading request body/],
      ['{', /invalid JSON/],
      ['{}{}', /unexpected content after JSON/],
      ['[]', /expected an object, got a list/],
      ['null', /no image specified/],
      ['{"Image":5}', /Image: expected a string, got a number/],
      ['{"Image":"busybox","Cmd":[1]}', /Cmd\[0\]: expected a string, got a number/],
      ['{"Image":"busybox","HostConfig":{"Memory":"x"}}', /HostConfig\.Memory: expected an integer, got a string/],
      ['{"Image":"busybox","HostConfig":{"Memory":1e30}}', /HostConfig\.Memory: expected an integer from/],
      ['{"Image":"busybox","HostConfig":{"PidsLimit":1.5}}', /PidsLimit: expected an integer, got 1\.5/],
      ['{"Image":"busybox","Labels":[]}', /Labels: expected an object, got a list/],
      ['{"Image":"busybox","HostConfig":{"RestartPolicy":{"Name":"often"}}}', /unknown policy 'often'/],
      ['{"Image":"busybox","HostConfig":{"LogConfig":{"Type":"paper"}}}', /no log driver named 'paper'/],
      ['{"Image":"busybox","HostConfig":{"Runtime":"nope"}}', /nope/],
      ['{"Image":"busybox","StopSignal":"SIGNOPE"}', /SIGNOPE/],
      ['{"Image":"busybox","WorkingDir":"relative"}', /needs to be an absolute path/],
      ['{"Image":"busybox","Env":["=x"]}', /invalid environment variable/],
      ['{"Image":"busybox","ExposedPorts":{"99999/tcp":{}}}', /invalid port specification/],
      ['{"Image":"BUSYBOX"}', /invalid reference format: repository name .*must be lowercase/],
      ['{"Image":"busybox","HostConfig":{"Binds":["/a:b"]}}', /mount path must be absolute/],
      ['{"Image":"busybox","Hostname":"a\\u0000b"}', /invalid hostname/],
    ]
    for (const [body, words] of cases) assert.match(await refusal(create(body), 400), words, body)
  })

  test('sizes have limits: depth, length, and the daemon holds on', async () => {
    assert.match(await refusal(create('['.repeat(1e5) + ']'.repeat(1e5)), 400), /nested more than 100 levels/)
    assert.match(await refusal(create(`${'{"Labels":'.repeat(1e5)}1${'}'.repeat(1e5)}`), 400), /nested more than/)
    assert.match(await refusal(create(`{"Image":"${'x'.repeat(20e6)}"}`), 400), /larger than 16777216 bytes/)
    const name = 'a'.repeat(20_000)
    assert.match(
      await refusal(requestText('GET', `/containers/${name}/json`), 400),
      /^.{0,200}a name in it is too long$/,
    )
    assert.match(await refusal(requestText('GET', '/_ping', undefined, [`X: ${'a'.repeat(1e5)}`]), 431), /too large/)
    const flood = Array.from({ length: 10_000 }, (_, i) => `X-${i}: y`)
    assert.match(await refusal(requestText('GET', '/_ping', undefined, flood), 431), /too large/)
  })

  test('types of bodies, chunks, and the hint that a body may follow', async () => {
    const body = '{"Image":"busybox"}'
    const typed = (type: string) =>
      `POST /containers/create HTTP/1.1\r\nHost: d\r\n${type}Content-Length: ${body.length}\r\n\r\n${body}`
    assert.match(await refusal(typed(''), 400), /malformed Content-Type header/)
    assert.match(await refusal(typed('Content-Type: text/plain\r\n'), 400), /unsupported Content-Type header/)
    await made(typed('Content-Type: Application/JSON;charset=utf-8\r\n'))
    const chunked =
      'POST /containers/create HTTP/1.1\r\nHost: d\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n'
    await made(`${chunked}5\r\n{"Ima\r\n0e;x=y\r\nge":"busybox"}\r\n0\r\nTrailer: x\r\n\r\n`)
    assert.match(await refusal(`${chunked}zz\r\n{}\r\n0\r\n\r\n`, 400), /malformed HTTP request/)
    assert.match(await refusal(create(body, ['Expect: tea']), 400), /Expect/)
    const expecting = await exchange(engine.socket, create(body, ['Expect: 100-continue']), text =>
      isWhole(text.replace(/^HTTP\/1\.1 100 .*?\r\n\r\n/s, '')),
    )
    assert.match(expecting, /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 201 /)
    const found = (await engine.api('GET', '/containers/json?all=1')).json as { Id: string }[]
    for (const { Id } of found) await engine.api('DELETE', `/containers/${Id}`)
  })

  test('what two readers could read in two ways ends the connection, and nothing behind it is read (S84)', async () => {
    const hidden = 'GET /_ping HTTP/1.1\r\nHost: d\r\n\r\n'
    const post = (headers: string, body: string) =>
      `POST /containers/create HTTP/1.1\r\nHost: d\r\n${headers}\r\n\r\n${body}${hidden}`
    const attacks = [
      post('Content-Length: 5\r\nTransfer-Encoding: chunked', '0\r\n\r\n'),
      post('Transfer-Encoding: chunked\r\nContent-Length: 5', '0\r\n\r\n'),
      post('Content-Length: 2\r\nContent-Length: 3', '{} '),
      post('Content-Length: +2', '{}'),
      post('Content-Length: 0x2', '{}'),
      post('Content-Length: -1', '{}'),
      post('Transfer-Encoding: xchunked', '0\r\n\r\n'),
      post('Transfer-Encoding: chunked, identity', '0\r\n\r\n'),
      post('Transfer-Encoding : chunked', '0\r\n\r\n'),
      post('X: a\r\n Transfer-Encoding: chunked', '0\r\n\r\n'),
      post('Content-Length: 2\n\r\n', '{}'),
      `GET /_ping HTTP/1.1\nHost: d\n\n${hidden}`,
      `GET /_ping\r\n\r\n${hidden}`,
      `GET /_ping HTTP/9.9\r\nHost: d\r\n\r\n${hidden}`,
      `G\0T /_ping HTTP/1.1\r\nHost: d\r\n\r\n${hidden}`,
      `GET /_p\x01ng HTTP/1.1\r\nHost: d\r\n\r\n${hidden}`,
      `GET /_ping HTTP/1.1\r\nHost: d\r\nX: a\0b\r\n\r\n${hidden}`,
      `\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03${hidden}`,
    ]
    for (const attack of attacks) {
      const all = answers(await exchange(engine.socket, Buffer.from(attack, 'latin1'), () => false))
      assert.deepEqual(
        all.map(({ status }) => status),
        [400],
        JSON.stringify(attack),
      )
    }
  })

  test('requests in one packet are answered in order', async () => {
    const three = requestText('GET', '/_ping') + create('{}') + requestText('GET', '/nope')
    const text = await exchange(engine.socket, three, all => answers(all).length === 3)
    assert.deepEqual(
      answers(text).map(({ status }) => status),
      [200, 400, 404],
    )
  })

  test('paths: unknown, badly encoded, of other versions', async () => {
    const get = (path: string) => requestText('GET', path)
    for (const path of ['/nope', '//_ping', '/v1.44/../_ping', '/vx/_ping', '/v1.44', '/', '/containers/../_ping']) {
      assert.equal(await refusal(get(path), 404), 'page not found')
    }
    assert.match(await refusal(get('/containers/%zz/json'), 400), /invalid request path/)
    assert.match(await refusal(get('/containers/%ff%fe/json'), 400), /invalid request path/)
    assert.match(await refusal(get('/containers/a%2f..%2fb/json'), 404), /No such container: a\/\.\.\/b/)
    assert.match(await refusal(get('/containers/a%00b/json'), 404), /No such container/)
    assert.match(await refusal(get('/images/a%00b/json'), 400), /invalid reference format/)
    assert.match(await refusal(get('/v9.9/_ping'), 400), /client version 9.9 is too new/)
    assert.match(await refusal(get('/v1.23/_ping'), 400), /client version 1.23 is too old/)
    assert.match(await refusal('GET /_ping HTTP/1.1\r\n\r\n', 400), /missing required Host header/)
    assert.equal((await answer('GET /_ping HTTP/1.0\r\n\r\n')).status, 200)
    for (const method of ['PATCH', 'OPTIONS', 'TRACE', 'DELETE'])
      assert.equal(await refusal(requestText(method, '/_ping'), 404), 'page not found')
    const head = await exchange(engine.socket, requestText('HEAD', '/containers/json'), text =>
      text.includes('\r\n\r\n'),
    )
    assert.match(head, /^HTTP\/1\.1 404 [\s\S]*\r\n\r\n$/)
  })

  test("filters: names of JavaScript's own are as unknown as others", async () => {
    const filtered = (path: string, filters: unknown) =>
      requestText('GET', `${path}?filters=${encodeURIComponent(JSON.stringify(filters))}`)
    for (const path of ['/containers/json', '/images/json', '/networks']) {
      for (const name of ['nope', '__proto__', 'toString', 'constructor', 'hasOwnProperty']) {
        const filters = JSON.parse(`{"${name}":["x"]}`) as unknown
        assert.equal(await refusal(filtered(path, filters), 400), `invalid filter '${name}'`)
      }
      for (const wrong of ['x', [], { label: 5 }, { label: [5] }])
        assert.match(await refusal(filtered(path, wrong), 400), /invalid filter/)
    }
  })

  test('a pattern that backtracks does not stop the daemon (S65)', async () => {
    const name = `${'a'.repeat(60)}b`
    assert.equal((await engine.api('POST', `/containers/create?name=${name}`, { Image: 'busybox' })).status, 201)
    const filters = encodeURIComponent(JSON.stringify({ name: ['^(a+)+$'] }))
    const { status, json } = await engine.api('GET', `/containers/json?all=1&filters=${filters}`)
    assert.deepEqual([status, json], [200, []])
    assert.equal((await engine.api('DELETE', `/containers/${name}`)).status, 204)
  })

  test('a web page is refused, on the socket too (S83)', async () => {
    assert.match(await refusal(requestText('GET', '/_ping', undefined, ['Origin: http://evil']), 403), /web pages/)
    assert.match(await refusal(requestText('POST', '/nope', undefined, ['Origin: null']), 403), /web pages/)
  })

  test('an upgrade that is not asked for where it makes sense changes nothing', async () => {
    const h2c = requestText('GET', '/_ping', undefined, [
      'Connection: Upgrade, HTTP2-Settings',
      'Upgrade: h2c',
      'HTTP2-Settings: AAMAAABk',
    ])
    assert.equal((await answer(h2c)).status, 200)
    await made(create('{"Image":"busybox"}', ['Connection: Upgrade', 'Upgrade: tcp']))
  })

  test('a client that is still sending gets the answer that says why nobody reads on', async () => {
    const tar = 'Content-Type: application/x-tar\r\n'
    const json = 'Content-Type: application/json\r\n'
    for (const [what, type, filler] of [
      ['POST /images/load', tar, 'no archive '],
      ['POST /images/load?quiet=0', tar, '\x1f\x8b\x08 packed, it says'],
      ['POST /containers/create', json, ' '],
      ['POST /images/create?fromSrc=-&repo=Upper', tar, 'no archive '],
    ] as const) {
      const head = `${what} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${type}`
      const size = 64 * 1024 * 1024
      const socket = connect(engine.socket)
      let answer = ''
      socket.setEncoding('utf8').on('data', (text: string) => {
        answer += text
      })
      const ended = new Promise((resolve, reject) => socket.once('end', resolve).once('error', reject))
      socket.write(`${head}Content-Length: ${size}\r\n\r\n`)
      const junk = Buffer.alloc(1024 * 1024, filler, 'latin1')
      for (let sent = 0; sent < size; sent += junk.length) {
        if (!socket.write(junk)) await new Promise(resolve => socket.once('drain', resolve))
      }
      await ended
      socket.destroy()
      assert.match(answer, /^HTTP\/1\.1 4\d\d /, what)
      assert.match(answer, /"message":/, what)
    }
  })
})

test('over TCP without certificates names and pages of browsers are refused', { skip }, async () => {
  await using engine = await TestEngine.startEmpty('-H', 'tcp://127.0.0.1:0', '--insecure-tcp', 'i-understand')
  const port = /tcp:\/\/127\.0\.0\.1:(\d+)/.exec(engine.log)?.[1]
  assert.ok(port, engine.log)
  const status = async (...headers: string[]) => {
    const { stdout } = await run(
      'curl',
      [
        '-s',
        '-o',
        '/dev/null',
        '-w',
        '%{http_code}',
        ...headers.flatMap(header => ['-H', header]),
        `http://127.0.0.1:${port}/_ping`,
      ],
      { env: clientEnvironment() },
    )
    return Number(stdout)
  }
  assert.equal(await status(), 200)
  assert.equal(await status('Host: localhost:1'), 200)
  assert.equal(await status('Host: [::1]:2375'), 200)
  assert.equal(await status('Host: rebound.example'), 403)
  assert.equal(await status('Host: 127.0.0.1.evil'), 403)
  assert.equal(await status('Host:'), 400)
  assert.equal(await status('Origin: http://127.0.0.1'), 403)
})
