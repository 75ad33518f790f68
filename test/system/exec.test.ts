/** Commands in running containers, by the docker command line, our own, dockerode and the bare API. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { after, before, describe, test } from 'node:test'
import Docker from 'dockerode'
import { create, start, unframed } from '../support/containers.ts'
import { DOCKER_CLIS, dockerCli } from '../support/docker.ts'
import { type Answer, GANTRY, systemSkip, TestEngine } from '../support/engine.ts'
import { residentBytes, until } from '../support/proc.ts'
import type { Finished, RunOptions } from '../support/process.ts'
import { onTerminal } from '../support/pty.ts'
import { collect, open, requestText } from '../support/raw-http.ts'

const skip = systemSkip()
const IDLE = { Cmd: ['sleep', '100000'] }
const CLIS = [...DOCKER_CLIS, { name: 'gantry', path: GANTRY }]

for (const { name, path } of CLIS) {
  describe(`exec by ${name}`, { skip }, () => {
    let engine: TestEngine
    let docker: (args: readonly string[], options?: RunOptions) => Promise<Finished>

    before(async () => {
      engine = await TestEngine.start()
      docker = dockerCli(path, engine.env)
      await start(engine, { ...IDLE, Env: ['A=1', 'B=2'] }, 'box')
    })

    after(() => engine[Symbol.asyncDispose]())

    const inside = (...args: string[]) => docker(['exec', ...args])
    const rests = async () => (await inside('box', 'sh', '-c', 'kill -0 $(cat /tmp/resting)')).code === 0

    test('output goes where it belongs, and the code is that of the command', async () => {
      const { code, stdout, stderr } = await inside('box', 'sh', '-c', 'echo out; echo err >&2; exit 3')
      assert.deepEqual([code, stdout, stderr], [3, 'out\n', 'err\n'])
      assert.equal((await inside('box', 'sh', '-c', 'kill -9 $$')).code, 137)
    })

    test('input goes in to its last byte, output comes out to its last', async () => {
      const input = Buffer.alloc(5_000_000, 'some words to carry ')
      const { code, stdout } = await docker(['exec', '-i', 'box', 'cat'], { input })
      assert.equal(code, 0)
      assert.equal(digest(stdout), digest(input))
    })

    test('the end of input is seen while output goes on', async () => {
      const { stdout } = await docker(['exec', '-i', 'box', 'sh', '-c', 'cat >/dev/null; echo after the end'], {
        input: 'x',
      })
      assert.equal(stdout, 'after the end\n')
    })

    test('without -i there is no input', async () => {
      assert.equal((await docker(['exec', 'box', 'cat'], { input: 'x' })).stdout, '')
    })

    test('what cannot be run is refused in words and codes that scripts know', async () => {
      const cases: readonly [readonly string[], number, RegExp][] = [
        [['box', 'nosuch'], 127, /exec failed: .*exec: "nosuch": executable file not found in \$PATH/],
        [['box', '/nosuch'], 127, /exec: "\/nosuch": stat \/nosuch: no such file or directory/],
        [['box', '/etc/passwd'], 126, /exec: "\/etc\/passwd": permission denied/],
        [['-w', '/nosuch', 'box', 'true'], 127, /chdir to cwd \("\/nosuch"\).*no such file or directory/],
        [['-w', '/proc/self/fd/7', 'box', 'true'], 1, /working directory '\/proc\/self\/fd\/7' is refused/],
        [['-u', 'nosuch', 'box', 'true'], 1, /unable to find user nosuch: no matching entries in passwd file/],
        [['-u', 'root:nosuch', 'box', 'true'], 1, /unable to find group nosuch: no matching entries in group file/],
        [['nosuch', 'true'], 1, /No such container: nosuch/],
      ]
      for (const [args, code, words] of cases) {
        const finished = await inside(...args)
        assert.equal(finished.code, code, args.join(' '))
        assert.match(finished.stdout + finished.stderr, words)
      }
    })

    test('user, folder and environment are those of the container unless it is told others', async () => {
      const script = 'id -u; id -g; pwd; echo $A $B $HOME'
      assert.equal((await inside('box', 'sh', '-c', script)).stdout, '0\n0\n/\n1 2 /root\n')
      const told = ['-u', 'user:users', '-w', '/etc', '-e', 'B=3', '-e', 'C=4', 'box', 'sh', '-c', `${script} $C`]
      assert.equal((await inside(...told)).stdout, '1000\n100\n/etc\n1 3 /home 4\n')
    })

    test('its rights are those of the container, and all of them only where that is asked for', async () => {
      const rights = async (...args: string[]) => {
        const { stdout } = await inside(...args, 'box', 'grep', '-E', '^(CapEff|CapBnd|CapInh|CapAmb|Seccomp):', SELF)
        return Object.fromEntries(stdout.split('\n').map(line => line.split(':\t')))
      }
      const own = await rights()
      assert.deepEqual([own.CapEff, own.CapBnd, own.CapInh], ['00000000a80425fb', '00000000a80425fb', NONE])
      assert.equal(own.Seccomp, '2')
      const user = await rights('-u', 'user')
      assert.deepEqual([user.CapEff, user.CapAmb, user.Seccomp], [NONE, NONE, '2'])
      const privileged = await rights('--privileged')
      assert.notEqual(BigInt(`0x${privileged.CapEff}`) & (1n << 21n), 0n)
    })

    test('a terminal has the size of ours, echoes, and its exit code arrives', async () => {
      using terminal = onTerminal('sh', ['-c', `stty rows 33 cols 77; exec ${path} exec -it box sh`], engine.env)
      await terminal.until(/# /)
      terminal.type('stty size; tty; echo $TERM\r')
      await terminal.until(/33 77\r\n\/dev\/pts\/\d+\r\nxterm/)
      terminal.type('exit 7\r')
      assert.equal(await terminal.ended, 7)
    })

    test('the detach keys leave it running', async () => {
      using terminal = onTerminal(path, ['exec', '-it', '--detach-keys', 'ctrl-x,y', 'box', 'sh'], engine.env)
      await terminal.until(/# /)
      terminal.type(`${RESTS}\r`)
      await until('the command runs', rests)
      terminal.type('\x18y')
      await terminal.ended
      assert.ok(await rests())
      assert.equal((await inside('box', 'sh', '-c', WAKES)).code, 0)
    })

    test('in the background it answers at once and is there until it ends', async () => {
      const { code, stdout } = await inside('-d', 'box', 'sh', '-c', RESTS)
      assert.deepEqual([code, stdout], [0, ''])
      await until('it runs', rests)
      assert.equal((await inside('box', 'sh', '-c', WAKES)).code, 0)
      assert.notEqual((await inside('-d', 'box', 'nosuch')).code, 0)
    })

    test('a container that does not run is refused', async () => {
      const id = await create(engine, IDLE, 'idle')
      const { code, stderr } = await inside('idle', 'true')
      assert.equal(code, 1)
      assert.match(stderr, new RegExp(`container ${id} is not running`))
    })
  })
}

/** A shell rests, and another one ends that. */
const RESTS = 'echo $$ >/tmp/resting; exec sleep 1000'
const WAKES = 'kill -9 $(cat /tmp/resting); rm /tmp/resting'
const SELF = '/proc/self/status'
const NONE = '0000000000000000'

function digest(bytes: string | Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}

interface Inspected {
  readonly Running: boolean
  readonly ExitCode: number | null
  readonly Pid: number
}

describe('exec by the API', { skip }, () => {
  let engine: TestEngine
  let box: string

  before(async () => {
    engine = await TestEngine.start()
    box = await start(engine, IDLE, 'box')
  })

  after(() => engine[Symbol.asyncDispose]())

  async function made(body: object, container = box): Promise<string> {
    const streams = { AttachStdout: true, AttachStderr: true }
    const answer = await engine.api('POST', `/containers/${container}/exec`, { ...streams, ...body })
    assert.equal(answer.status, 201, answer.text)
    return (answer.json as { Id: string }).Id
  }

  async function inspected(id: string): Promise<Inspected> {
    const answer = await engine.api('GET', `/exec/${id}/json`)
    assert.equal(answer.status, 200, answer.text)
    return answer.json as Inspected
  }

  const begin = (id: string, body: object = {}): Promise<Answer> => engine.api('POST', `/exec/${id}/start`, body)

  async function execIds(): Promise<string[] | null> {
    return ((await engine.api('GET', `/containers/${box}/json`)).json as { ExecIDs: string[] | null }).ExecIDs
  }

  test('it is created, runs and has ended, and says so each time', async () => {
    const id = await made({ Cmd: ['sh', '-c', 'cat /proc/self/stat >/dev/null; exit 5'] })
    assert.deepEqual({ ...(await inspected(id)), Pid: 0 }, { ...(await inspected(id)), Running: false, ExitCode: null })
    assert.deepEqual(await execIds(), [id])
    assert.equal((await begin(id)).status, 200)
    const { Running, ExitCode, Pid } = await inspected(id)
    assert.deepEqual([Running, ExitCode], [false, 5])
    assert.ok(Pid > 1)
    assert.equal(await execIds(), null)
    assert.match((await begin(id, { Detach: true })).text, /Exec command [0-9a-f]{64} has already run/)
  })

  test('the body of a request for an upgrade may come late, and input right behind it', async () => {
    const id = await made({ Cmd: ['cat'], AttachStdin: true })
    const body = '{"Detach":false}'
    const head = requestText('POST', `/exec/${id}/start`, body, ['Connection: Upgrade', 'Upgrade: tcp'])
    const socket = await open(engine.socket)
    socket.write(head.slice(0, -body.length))
    await new Promise(resolve => setImmediate(resolve))
    socket.write(body.slice(0, 5))
    await new Promise(resolve => setImmediate(resolve))
    socket.end(`${body.slice(5)}early input`)
    const text = await collect(socket, () => false)
    socket.destroy()
    assert.match(text, /^HTTP\/1\.1 101 UPGRADED\r\n/)
    const payload = Buffer.from(text.slice(text.indexOf('\r\n\r\n') + 4), 'latin1')
    assert.equal(unframed(payload).toString(), 'early input')
    assert.equal((await inspected(id)).ExitCode, 0)
  })

  test('dockerode runs one with input, output and code', async () => {
    const docker = new Docker({ socketPath: engine.socket })
    const exec = await docker.getContainer(box).exec({
      Cmd: ['sh', '-c', 'cat; echo err >&2; exit 6'],
      AttachStdin: true,
      AttachStdout: true,
      AttachStderr: true,
    })
    const stream = await exec.start({ hijack: true, stdin: true })
    const [out, err] = [new PassThrough(), new PassThrough()]
    docker.modem.demuxStream(stream, out, err)
    stream.end('through dockerode')
    await new Promise(resolve => stream.once('end', resolve))
    assert.equal(String(out.read()), 'through dockerode')
    assert.equal(String(err.read()), 'err\n')
    assert.equal((await exec.inspect()).ExitCode, 6)
  })

  test('a client that does not read holds its command up and loses nothing', async () => {
    const id = await made({ Cmd: ['sh', '-c', 'dd if=/dev/zero bs=1M count=64 2>/dev/null; echo end >/tmp/written'] })
    const length = await new Promise<number>((resolve, reject) => {
      const call = request(
        {
          socketPath: engine.socket,
          method: 'POST',
          path: `/exec/${id}/start`,
          headers: { 'Content-Type': 'application/json', Connection: 'Upgrade', Upgrade: 'tcp' },
        },
        () => reject(new Error('no upgrade')),
      )
      call.once('upgrade', (_response, socket, head) => {
        const parts: Buffer[] = [head]
        socket.pause()
        const read = async () => {
          // Long enough for it to have written everything, were nobody waiting for the reader.
          assert.equal((await engine.api('GET', '/_ping')).status, 200)
          assert.equal((await inspected(id)).Running, true)
          for await (const chunk of socket) parts.push(chunk as Buffer)
          resolve(unframed(Buffer.concat(parts)).length)
        }
        read().catch(reject)
      })
      call.setHeader('Content-Length', 2)
      call.end('{}')
    })
    assert.equal(length, 64 * 1024 * 1024)
  })

  test('200 of them, 20 at a time: every code and every byte', async () => {
    const numbers = Array.from({ length: 200 }, (_, number) => number).values()
    const work = async () => {
      for (const number of numbers) {
        const id = await made({ Cmd: ['sh', '-c', `echo number ${number}; echo e${number} >&2; exit ${number}`] })
        const { bytes } = await begin(id)
        const lines = unframed(bytes).toString().trim().split('\n').sort()
        assert.deepEqual([lines, (await inspected(id)).ExitCode], [[`e${number}`, `number ${number}`], number])
      }
    }
    await Promise.all(Array.from({ length: 20 }, work))
    assert.equal(await execIds(), null)
  })

  test('those that have ended leave two small files, and no more than some hundreds of them', async () => {
    const ids: string[] = []
    const folder = join(engine.execRoot, 'tasks', box, 'execs')
    const work = async () => {
      while (ids.length < 600) {
        const id = await made({ Cmd: ['true'] })
        ids.push(id)
        await begin(id)
      }
    }
    await Promise.all(Array.from({ length: 8 }, work))
    await until('old folders go', () => readdirSync(folder).length <= 512)
    assert.deepEqual(readdirSync(join(folder, ids.at(-1) ?? '')).toSorted(), [
      'description.json',
      'exit.json',
      'task.json',
    ])
    assert.equal((await inspected(ids[0] ?? '')).ExitCode, 0)
    assert.ok(residentBytes(engine.pid) < 300_000_000)
  })

  test('kill -9 of the daemon leaves it running; its code is there afterwards', async () => {
    const running = await made({ Cmd: ['sh', '-c', 'while [ ! -e /tmp/go ]; do sleep 0.05; done; exit 9'] })
    const ended = await made({ Cmd: ['sh', '-c', 'exit 8'] })
    const unstarted = await made({ Cmd: ['sh', '-c', 'exit 7'] })
    await begin(running, { Detach: true })
    await begin(ended)
    const before = await inspected(running)
    await engine.endDaemon('SIGKILL')
    await engine.startDaemon()
    assert.deepEqual(await inspected(running), before)
    assert.equal((await inspected(ended)).ExitCode, 8)
    assert.deepEqual((await execIds())?.toSorted(), [running, unstarted].toSorted())
    await begin(unstarted)
    assert.equal((await inspected(unstarted)).ExitCode, 7)
    await begin(await made({ Cmd: ['touch', '/tmp/go'] }))
    await until('it has ended', async () => !(await inspected(running)).Running)
    assert.equal((await inspected(running)).ExitCode, 9)
  })

  test('it ends with its container, whose folders go with it', async () => {
    const other = await start(engine, IDLE)
    const running = await made({ Cmd: ['sleep', '30073'] }, other)
    const unstarted = await made({ Cmd: ['true'] }, other)
    await begin(running, { Detach: true })
    assert.equal((await engine.api('POST', `/containers/${other}/stop?t=0`)).status, 204)
    assert.deepEqual([(await inspected(running)).Running, (await inspected(running)).ExitCode], [false, 137])
    assert.equal((await engine.api('GET', `/exec/${unstarted}/json`)).status, 404)
    await until('its folder goes', () => !existsSync(join(engine.execRoot, 'tasks', other)))
    assert.equal((await engine.api('DELETE', `/containers/${other}`)).status, 204)
    assert.equal((await engine.api('GET', `/exec/${running}/json`)).status, 404)
  })
})
