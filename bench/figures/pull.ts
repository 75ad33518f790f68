import { request } from 'node:http'
import { missingPrograms, startDockerRegistry } from '../../test/support/docker-registry.ts'
import { BIG_IMAGE, bigImageRegistry } from '../big-image.ts'
import type { Engine } from '../engines/engine.ts'
import { quantile, timeCommand } from '../timing.ts'
import type { Figure, Measured } from './figure.ts'

export const pull: Figure = {
  key: 'pull',
  title: 'pull of a large image from a registry on this host',
  unit: 'ms',
  rounds: 2,
  warmUp: 0,
  target: { of: 'docker 20.10', share: 1 / 3 },
  prepare: engine => preparePull(engine, ms => ms),
}

export const pingWhilePulling: Figure = {
  key: 'ping',
  title: '/_ping while that image is pulled, 99th percentile',
  unit: 'ms',
  rounds: 1,
  warmUp: 0,
  target: { limit: 10 },
  prepare: engine =>
    engine.socket === undefined ? undefined : preparePull(engine, (_, pings) => quantile(pings, 0.99)),
}

function preparePull(
  engine: Engine,
  result: (ms: number, pings: readonly number[]) => number,
): Promise<Measured> | undefined {
  if (engine.name === 'crun' || missingPrograms('docker-registry', 'skopeo') !== false) return undefined
  return prepare(engine, result)
}

async function prepare(engine: Engine, result: (ms: number, pings: readonly number[]) => number): Promise<Measured> {
  const folder = await bigImageRegistry()
  const registry = await engine.inNetwork(() => startDockerRegistry(folder))
  const image = `${registry.host}/${BIG_IMAGE}`
  return {
    async once() {
      const plain = engine.socket === undefined ? ['--tls-verify=false'] : []
      const done = timeCommand(engine.command(['pull', '-q', ...plain, image]))
      const pings = engine.socket === undefined ? [] : await pingUntil(engine.socket, done)
      const ms = await done
      await timeCommand(engine.command(['rmi', image]))
      return result(ms, pings)
    },
    end: () => registry.stop(),
  }
}

/** Latencies of one ping after another, as fast as they are answered, but at most 200 a second. */
async function pingUntil(socketPath: string, end: Promise<unknown>): Promise<number[]> {
  const latencies: number[] = []
  let over = false
  void end
    .catch(() => {})
    .then(() => {
      over = true
    })
  while (!over) {
    const began = performance.now()
    await ping(socketPath)
    latencies.push(performance.now() - began)
    await new Promise(resolve => setTimeout(resolve, 5))
  }
  return latencies
}

function ping(socketPath: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const call = request({ socketPath, path: '/_ping', agent: false }, answer => {
      answer.resume()
      answer.once('end', resolve)
    })
    call.once('error', reject)
    call.end()
  })
}
