/** The same through dockerode, which half of the JavaScript world uses. */
import assert from 'node:assert/strict'
import { PassThrough, Readable } from 'node:stream'
import { after, before, describe, test } from 'node:test'
import Docker from 'dockerode'
import { busyboxArchive } from '../support/busybox.ts'
import { systemSkip, TestEngine } from '../support/engine.ts'

describe('dockerode', { skip: systemSkip() }, () => {
  let engine: TestEngine
  let docker: Docker

  before(async () => {
    engine = await TestEngine.start()
    docker = new Docker({ socketPath: engine.socket })
  })

  after(() => engine[Symbol.asyncDispose]())

  async function text(stream: NodeJS.ReadableStream): Promise<string> {
    const chunks: Buffer[] = []
    for await (const chunk of stream) chunks.push(Buffer.from(chunk as Buffer))
    return Buffer.concat(chunks).toString()
  }

  /** Both outputs of a framed stream, once it has ended. */
  async function split(stream: NodeJS.ReadableStream): Promise<{ stdout: string; stderr: string }> {
    const [out, err] = [new PassThrough(), new PassThrough()]
    docker.modem.demuxStream(stream, out, err)
    stream.once('end', () => {
      out.end()
      err.end()
    })
    const [stdout, stderr] = await Promise.all([text(out), text(err)])
    return { stdout, stderr }
  }

  test('ping, version and info', async () => {
    assert.equal(String(await docker.ping()), 'OK')
    assert.equal((await docker.version()).ApiVersion, '1.51')
    const info = (await docker.info()) as { OSType: string; DockerRootDir: string }
    assert.deepEqual([info.OSType, info.DockerRootDir], ['linux', engine.dataRoot])
  })

  test('run with separate outputs', async () => {
    const [out, err] = [new PassThrough(), new PassThrough()]
    const outputs = Promise.all([text(out), text(err)])
    const [result, container] = (await docker.run(
      'busybox',
      ['sh', '-c', 'echo out; echo err >&2; exit 4'],
      [out, err],
      { Tty: false },
    )) as [{ StatusCode: number }, Docker.Container]
    out.end()
    err.end()
    assert.equal(result.StatusCode, 4)
    assert.deepEqual(await outputs, ['out\n', 'err\n'])
    await container.remove()
  })

  test('create, attach with input, start, wait, logs, remove', async () => {
    const container = await docker.createContainer({
      Image: 'busybox',
      Cmd: ['cat'],
      OpenStdin: true,
      StdinOnce: true,
      name: 'rode',
    })
    const stream = await container.attach({ stream: true, hijack: true, stdin: true, stdout: true, stderr: true })
    await container.start()
    const output = split(stream)
    stream.write('through ')
    stream.end('the pipe\n')
    assert.deepEqual(await output, { stdout: 'through the pipe\n', stderr: '' })
    assert.equal(((await container.wait()) as { StatusCode: number }).StatusCode, 0)
    const logs = await container.logs({ stdout: true, stderr: true })
    assert.equal(logs.subarray(8).toString(), 'through the pipe\n')
    await container.remove()
    await assert.rejects(container.inspect(), { statusCode: 404 })
  })

  test('a terminal is not framed and can be resized', async () => {
    const container = await docker.createContainer({
      Image: 'busybox',
      Cmd: ['sh', '-c', 'sleep 0.3; stty size'],
      Tty: true,
    })
    const stream = await container.attach({ stream: true, stdout: true, stderr: true })
    await container.start()
    await container.resize({ h: 31, w: 97 })
    assert.equal(await text(stream), '31 97\r\n')
    await container.remove()
  })

  test('lists, filters, stop, kill', async () => {
    const container = await docker.createContainer({
      Image: 'busybox',
      Cmd: ['sleep', '1000'],
      Labels: { kind: 'test' },
      StopSignal: 'SIGKILL',
    })
    await container.start()
    const listed = await docker.listContainers({ filters: { label: ['kind=test'], status: ['running'] } })
    assert.deepEqual(
      listed.map(({ Id, State }) => [Id, State]),
      [[container.id, 'running']],
    )
    await container.stop()
    assert.equal((await container.inspect()).State.ExitCode, 137)
    await container.start()
    await container.kill({ signal: 'SIGKILL' })
    await assert.rejects(container.kill(), { statusCode: 409 })
    await container.remove()
    assert.deepEqual(await docker.listContainers({ all: true }), [])
  })

  test('logs are followed', async () => {
    const container = await docker.createContainer({
      Image: 'busybox',
      Cmd: ['sh', '-c', 'for i in 1 2 3; do echo $i; sleep 0.1; done'],
      Tty: true,
    })
    await container.start()
    const stream = await container.logs({ follow: true, stdout: true, stderr: true })
    assert.equal(await text(stream), '1\r\n2\r\n3\r\n')
    await container.remove()
  })

  test('images: import, tag, inspect, history, remove', async () => {
    const stream = await docker.importImage(Readable.from([busyboxArchive()]) as never, { repo: 'rode', tag: '1' })
    await new Promise((resolve, reject) =>
      docker.modem.followProgress(stream, (error, result) => (error ? reject(error) : resolve(result))),
    )
    const image = docker.getImage('rode:1')
    assert.deepEqual((await image.inspect()).RepoTags, ['rode:1'])
    await image.tag({ repo: 'rode', tag: '2' })
    assert.equal(((await image.history()) as unknown[]).length, 1)
    await docker.getImage('rode:2').remove()
    await image.remove()
    await assert.rejects(image.inspect(), { statusCode: 404 })
  })
})
