/** Docker's own command and ours on terminals of their own, on the same engine. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { busyboxArchive } from '../support/busybox.ts'
import { bundleCli, type CliBundle } from '../support/cli-bundle.ts'
import { ScriptedRegistry } from '../support/registry.ts'
import { missingForPeer, type Peer, startPeer } from './peer.ts'
import { onTerminal, type TerminalEnd, type TerminalStep } from './terminal.ts'

suite('on a terminal, as docker does', { skip: missingForPeer() ?? false }, () => {
  const held: { peer?: Peer; bundle?: CliBundle } = {}

  before(async () => {
    const [peer, bundle] = await Promise.all([startPeer(), bundleCli()])
    Object.assign(held, { peer, bundle })
  })

  after(async () => {
    await held.peer?.[Symbol.asyncDispose]()
    held.bundle?.[Symbol.dispose]()
  })

  /** What a command does; NAME stands for `name`. */
  async function tell(
    program: readonly string[],
    name: string,
    args: readonly string[],
    steps: readonly TerminalStep[],
  ): Promise<TerminalEnd> {
    const { peer } = held
    assert.ok(peer)
    const env = {
      PATH: process.env['PATH'] ?? '',
      HOME: join(peer.folder, 'home'),
      DOCKER_HOST: peer.host,
      DOCKER_API_VERSION: '1.50',
      TERM: 'xterm',
    }
    const argv = [...program, ...args.map(arg => arg.replaceAll('NAME', name))]
    const end = await onTerminal({ argv, env, rows: 30, columns: 100, steps })
    return { ...end, output: end.output.replaceAll(name, 'NAME') }
  }

  function gantry(args: readonly string[], ...steps: TerminalStep[]): Promise<TerminalEnd> {
    return tell([process.execPath, ...(held.bundle?.node ?? [])], 'nameG', args, steps)
  }

  async function both(args: readonly string[], ...steps: TerminalStep[]): Promise<[TerminalEnd, TerminalEnd]> {
    return [await tell([held.peer?.docker ?? ''], 'nameD', args, steps), await gantry(args, ...steps)]
  }

  async function same(args: readonly string[], ...steps: TerminalStep[]): Promise<TerminalEnd> {
    const [dockers, ours] = await both(args, ...steps)
    assert.deepEqual(ours, dockers)
    assert.deepEqual([ours.left, ours.restored], [0, true], ours.output)
    return ours
  }

  const RUN = ['run', '--rm', '--network', 'none', '-it']

  test('a program sees a terminal of our size, and ends with its own code', async () => {
    const script = 'while [ "$(stty size)" != "30 100" ]; do sleep 0.02; done; stty size; tty; exit 7'
    const end = await same([...RUN, 'busybox', 'sh', '-c', script])
    assert.deepEqual([end.code, end.output], [7, '30 100\r\n/dev/pts/0\r\n'])
  })

  // Docker's command misses a change that comes with the first output.
  test('it follows when ours changes', async () => {
    const script = 'echo ready; while [ "$(stty size)" != "40 120" ]; do sleep 0.02; done; stty size'
    const end = await gantry([...RUN, 'busybox', 'sh', '-c', script], { expect: 'ready', resize: [40, 120] })
    assert.deepEqual([end.code, end.output], [0, 'ready\r\n40 120\r\n'])
  })

  test('keys go to the program: Ctrl-C is its own affair, Ctrl-D the end of input', async () => {
    const script = 'trap "echo interrupted" INT; echo ready; cat; echo end; cat; exit 4'
    const end = await same(
      [...RUN, 'busybox', 'sh', '-c', script],
      { expect: 'ready', send: '\x03' },
      { expect: 'end', send: 'line\r' },
      { expect: 'line\r\nline', send: '\x04' },
    )
    assert.equal(end.code, 4)
  })

  test('the keys that detach leave it running, attach comes back', async () => {
    const start = [
      'run',
      '--network',
      'none',
      '--name',
      'NAME',
      '-it',
      'busybox',
      'sh',
      '-c',
      'echo ready; cat; exit 3',
    ]
    const left = await same(start, { expect: 'ready', send: '\x10\x11' })
    assert.equal(left.code, 0)
    assert.equal((await same(['ps', '--format', '{{.State}}', '-f', 'name=^NAME$'])).output, 'running\r\n')
    const back = await same(['attach', 'NAME'], { send: 'hello\r' }, { expect: 'hello\r\nhello', send: '\x04' })
    assert.equal(back.code, 3)
    await same(['rm', 'NAME'])
  })

  test('other keys detach where they are named', async () => {
    const flags = ['--name', 'NAME', '--detach-keys', 'ctrl-a,x']
    const end = await same([...RUN, ...flags, 'busybox', 'sh', '-c', 'echo ready; cat'], {
      expect: 'ready',
      send: '\x01x',
    })
    assert.equal(end.code, 0)
    assert.match((await same(['rm', '-f', 'NAME'])).output, /^NAME/)
  })

  test('SIGTERM to the command reaches the program, the terminal is left as it was', async () => {
    const script = 'trap "echo term; exit 9" TERM; echo ready; while :; do sleep 0.05; done'
    const end = await same([...RUN, 'busybox', 'sh', '-c', script], { expect: 'ready', signal: 'SIGTERM' })
    assert.deepEqual([end.code, end.output], [9, 'ready\r\nterm\r\n'])
  })

  test('an archive from a terminal is asked for elsewhere', async () => {
    const [dockers, ours] = await both(['load'])
    assert.deepEqual([ours.code, dockers.code], [1, 1])
    assert.ok(ours.output.startsWith(dockers.output.trim()), `${ours.output} and ${dockers.output}`)
    // Docker's command waits for an archive that somebody types.
    const typed = await gantry(['import', '-'])
    assert.equal(typed.code, 1)
    assert.match(typed.output, /^requested import from stdin, but stdin is empty: name an archive/)
  })

  test('progress is drawn in place and ends with the same line', async () => {
    const archive = join(held.peer?.folder ?? '', 'rootfs.tar')
    writeFileSync(archive, busyboxArchive())
    const [dockers, ours] = await both(['import', archive, 'made:NAME'])
    assert.deepEqual([ours.code, dockers.code], [0, 0])
    const last = (end: TerminalEnd): string =>
      end.output
        .trim()
        .split(/[\r\n]+/)
        .at(-1) ?? ''
    assert.match(last(ours), /sha256:[0-9a-f]{64}/)
    assert.match(last(dockers), /sha256:[0-9a-f]{64}/)
  })

  test('Ctrl-C at a question ends the command and leaves the terminal as it was', async () => {
    for (const [args, question] of [
      [['login', 'localhost:1'], 'Username: '],
      [['login', '-u', 'me', 'localhost:1'], 'Password: '],
      [['container', 'prune'], '[y/N] '],
    ] as const) {
      const { code, left, restored, output } = await gantry(args, { expect: question, send: '\x03' })
      assert.deepEqual([code, left, restored], [130, 0, true], output)
    }
  })

  test('login asks for a name and a password, which is not shown', async () => {
    await using registry = await ScriptedRegistry.start()
    registry.basicAuth = { name: 'me', password: 'secret-word' }
    const typed = (name: string, password: string): TerminalStep[] => [
      { expect: 'Username: ', send: `${name}\r` },
      { expect: 'Password: ', send: `${password}\r` },
    ]
    for (const program of [[held.peer?.docker ?? ''], [process.execPath, ...(held.bundle?.node ?? [])]]) {
      const call = (args: readonly string[], ...steps: TerminalStep[]) => tell(program, 'unused', args, steps)
      const wrong = await call(['login', registry.host], ...typed('me', 'wrong'))
      assert.deepEqual([wrong.code, wrong.left, wrong.restored], [1, 0, true], wrong.output)
      const nobody = await call(['login', registry.host], { expect: 'Username: ', send: '\r' })
      assert.equal(nobody.code, 1, nobody.output)
      const silent = await call(['login', '-u', 'me', registry.host], { expect: 'Password: ', send: '\r' })
      assert.equal(silent.code, 1, silent.output)
      const right = await call(['login', registry.host], ...typed('me', 'secret-word'))
      assert.deepEqual([right.code, right.left, right.restored], [0, 0, true], right.output)
      assert.match(right.output, /^Username: me\r\nPassword: \r\n[\s\S]*Login Succeeded\r\n$/)
      for (const { output } of [wrong, right]) assert.doesNotMatch(output, /secret-word|wrong/)
      const again = await call(['login', registry.host])
      assert.match(again.output, /^Authenticating with existing credentials\.\.\. \[Username: me\]\r\n/)
      assert.equal(again.code, 0, again.output)
      registry.basicAuth = { name: 'me', password: 'another' }
      const renewed = await call(
        ['login', registry.host],
        { expect: 'Stored credentials invalid or expired' },
        { expect: 'Username (me): ', send: '\r' },
        { expect: 'Password: ', send: 'another\r' },
      )
      assert.deepEqual([renewed.code, renewed.left], [0, 0], renewed.output)
      registry.basicAuth = { name: 'me', password: 'secret-word' }
      assert.equal((await call(['logout', registry.host])).code, 0)
    }
  })
})
