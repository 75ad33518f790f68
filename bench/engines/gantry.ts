import { GantryPeer } from '../../test/parity/peers/gantry-peer.ts'
import { dockerCommand, importBusybox } from './docker.ts'
import type { Engine } from './engine.ts'
import { processTable } from './processes.ts'

export async function startGantry(): Promise<Engine> {
  const peer = await GantryPeer.start()
  try {
    await importBusybox(peer.socket)
  } catch (error) {
    await peer[Symbol.asyncDispose]()
    throw error
  }
  const { execRoot } = peer.engine
  return {
    name: 'gantry',
    socket: peer.socket,
    command: args => dockerCommand(peer.socket, args),
    inNetwork: body => peer.network.run(body),
    processes: () =>
      [...processTable()].filter(([, { command }]) => command.includes(`--exec-root ${execRoot} `)).map(([pid]) => pid),
    [Symbol.asyncDispose]: () => peer[Symbol.asyncDispose](),
  }
}
