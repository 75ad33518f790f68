/**
 * A program, to be run in a network namespace of its own, in which another firewall drops what is forwarded, as Docker's
 * does. Prints one line of JSON for every state of that firewall: whether a container reaches the outside.
 */
import { execFileSync, spawn } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import { runToEnd } from './containers.ts'
import { TestEngine } from './engine.ts'

const OUTSIDE = '198.51.100.2'
const tool = (name: string, ...args: string[]) => void execFileSync(name, args, { stdio: 'pipe' })

const outside = spawn('unshare', ['-n', 'sleep', '1000'])
const inOutside = (...args: string[]) => tool('nsenter', '-t', String(outside.pid), '-n', 'ip', ...args)
try {
  tool('ip', 'link', 'set', 'lo', 'up')
  tool('ip', 'link', 'add', 'wan', 'type', 'veth', 'peer', 'name', 'peer')
  for (;;) {
    // The namespace is there when unshare has made it: until then the link would stay where it is.
    if (
      execFileSync('readlink', [`/proc/${outside.pid}/ns/net`]).equals(execFileSync('readlink', ['/proc/self/ns/net']))
    )
      await delay(10)
    else break
  }
  tool('ip', 'link', 'set', 'peer', 'netns', String(outside.pid))
  tool('ip', 'addr', 'add', '198.51.100.1/24', 'dev', 'wan')
  tool('ip', 'link', 'set', 'wan', 'up')
  inOutside('addr', 'add', `${OUTSIDE}/24`, 'dev', 'peer')
  inOutside('link', 'set', 'peer', 'up')
  await states()
} finally {
  outside.kill('SIGKILL')
}

async function states(): Promise<void> {
  tool('iptables-nft', '-P', 'FORWARD', 'DROP')
  await using engine = await TestEngine.start()
  const report = async (state: string) => {
    const { code } = await runToEnd(engine, { Cmd: ['ping', '-c', '1', '-W', '2', OUTSIDE] })
    process.stdout.write(`${JSON.stringify({ state, code })}\n`)
  }
  await report('dropped before the daemon came')
  tool('iptables-nft', '-F', 'FORWARD')
  await report('flushed by another')
  tool('iptables-nft', '-N', 'DOCKER-USER')
  tool('iptables-nft', '-F', 'FORWARD')
  tool('iptables-nft', '-A', 'FORWARD', '-j', 'DOCKER-USER')
  await report('with the chain of Docker')
  tool('nft', 'flush', 'ruleset')
  tool('iptables-nft', '-P', 'FORWARD', 'DROP')
  await report('everything flushed, ours as well')
}
