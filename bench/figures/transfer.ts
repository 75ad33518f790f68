/** A large image going to and fro: registries and archives. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { UndoStack } from '#lib/undo'
import { missingPrograms, startDockerRegistry } from '../../test/support/docker-registry.ts'
import { BIG_IMAGE, bigImageRegistry, CHANGED_IMAGE } from '../big-image.ts'
import type { Engine } from '../engines/engine.ts'
import { timeCommand } from '../timing.ts'
import type { Figure, Measured } from './figure.ts'

/** A program of the image that needs no libraries and ends at once. */
const PROGRAM = '/usr/lib/go-1.19/bin/gofmt'

export const firstRun: Figure = {
  key: 'first-run',
  title: 'the first container of a large image that was just pulled',
  unit: 'ms',
  rounds: 2,
  warmUp: 0,
  target: { limit: 1000 },
  prepare: engine =>
    withImage(engine, ({ pull, remove, image }) => ({
      async once() {
        await pull()
        const ms = await timeCommand(engine.command(['run', '--rm', '--network', 'none', image, PROGRAM]))
        await remove()
        return ms
      },
    })),
}

export const changedTop: Figure = {
  key: 'changed',
  title: 'pull of that image with another uppermost layer, the rest being there',
  unit: 'ms',
  rounds: 2,
  warmUp: 0,
  target: { limit: 1500 },
  prepare: engine =>
    withImage(engine, async ({ pull, host, plain }) => {
      await pull()
      const image = `${host}/${CHANGED_IMAGE}`
      return {
        async once() {
          const ms = await timeCommand(engine.command(['pull', '-q', ...plain, image]))
          await timeCommand(engine.command(['rmi', image]))
          return ms
        },
      }
    }),
}

export const save: Figure = {
  key: 'save',
  title: 'save of that image to a file',
  unit: 'ms',
  rounds: 2,
  warmUp: 0,
  target: { of: 'docker 28.5', share: 1 / 2 },
  prepare: engine =>
    withImage(engine, async ({ pull, image, folder }) => {
      await pull()
      const file = join(folder, 'image.tar')
      return {
        async once() {
          const ms = await timeCommand(engine.command(['save', '-o', file, image]))
          rmSync(file)
          return ms
        },
      }
    }),
}

export const load: Figure = {
  key: 'load',
  title: 'load of what it saved, as a new image',
  unit: 'ms',
  rounds: 2,
  warmUp: 0,
  target: { of: 'docker 28.5', share: 1 / 2 },
  prepare: engine =>
    withImage(engine, async ({ pull, remove, image, folder }) => {
      await pull()
      const file = join(folder, 'image.tar')
      await timeCommand(engine.command(['save', '-o', file, image]))
      await remove()
      return {
        async once() {
          const ms = await timeCommand(engine.command(['load', '-q', '-i', file]))
          await remove()
          return ms
        },
      }
    }),
}

export const push: Figure = {
  key: 'push',
  title: 'push of that image to an empty registry on this host',
  unit: 'ms',
  rounds: 2,
  warmUp: 0,
  target: { of: 'docker 28.5', share: 1 / 2 },
  prepare: engine =>
    withImage(engine, async ({ pull, image, plain }) => {
      await pull()
      return {
        async once() {
          const folder = mkdtempSync(join(tmpdir(), 'bench-push-'))
          const registry = await engine.inNetwork(() => startDockerRegistry(folder))
          try {
            const target = `${registry.host}/${BIG_IMAGE}`
            await timeCommand(engine.command(['tag', image, target]))
            const ms = await timeCommand(engine.command(['push', '-q', ...plain, target]))
            await timeCommand(engine.command(['rmi', target]))
            return ms
          } finally {
            await registry.stop()
            rmSync(folder, { recursive: true })
          }
        },
      }
    }),
}

interface AtHand {
  readonly host: string
  readonly image: string
  readonly folder: string
  /** Flags for a registry without TLS, where the engine has to be told. */
  readonly plain: readonly string[]
  pull(): Promise<void>
  remove(): Promise<void>
}

function withImage(engine: Engine, body: (at: AtHand) => Measured | Promise<Measured>): Promise<Measured> | undefined {
  if (engine.name === 'crun' || missingPrograms('docker-registry', 'skopeo') !== false) return undefined
  return prepare(engine, body)
}

async function prepare(engine: Engine, body: (at: AtHand) => Measured | Promise<Measured>): Promise<Measured> {
  const ends = new UndoStack()
  try {
    const storage = await bigImageRegistry()
    const registry = await ends.own(
      engine.inNetwork(() => startDockerRegistry(storage)),
      running => running.stop(),
    )
    const image = `${registry.host}/${BIG_IMAGE}`
    const folder = mkdtempSync(join(tmpdir(), 'bench-image-'))
    ends.defer(() => rmSync(folder, { recursive: true }))
    const plain = engine.socket === undefined ? ['--tls-verify=false'] : []
    const run = async (...args: string[]) => void (await timeCommand(engine.command(args)))
    const pull = () => run('pull', '-q', ...plain, image)
    const remove = () => run('rmi', '-f', image)
    const { once } = await body({ host: registry.host, image, folder, plain, pull, remove })
    ends.defer(() => remove().catch(() => {}))
    return { once, end: () => ends[Symbol.asyncDispose]() }
  } catch (error) {
    await ends[Symbol.asyncDispose]()
    throw error
  }
}
