import { DockerPeer, type DockerProgram } from '../../test/parity/peers/docker-peer.ts'
import { busyboxArchive } from '../../test/support/busybox.ts'
import { callApi, clientEnvironment } from '../../test/support/engine.ts'
import type { Engine } from './engine.ts'
import { processTable, tree } from './processes.ts'

/** The same client for every engine that speaks Docker's API: what differs is the engine. */
export const DOCKER_CLI = '/usr/local/bin/docker'

const OURS = /dockerd|containerd|docker-proxy/

export async function startDocker(program: DockerProgram): Promise<Engine> {
  const peer = await DockerPeer.start(program)
  try {
    await importBusybox(peer.socket)
  } catch (error) {
    await peer[Symbol.asyncDispose]()
    throw error
  }
  return {
    name: program.name,
    socket: peer.socket,
    command: args => dockerCommand(peer.socket, args),
    inNetwork: body => peer.network.run(body),
    processes() {
      const table = processTable()
      const launcher = [...table].find(
        ([, { command }]) => command.startsWith('unshare') && command.includes(peer.folder),
      )
      return launcher === undefined
        ? []
        : tree(launcher[0]).filter(pid => OURS.test(table.get(pid)?.command.split(' ')[0] ?? ''))
    },
    [Symbol.asyncDispose]: () => peer[Symbol.asyncDispose](),
  }
}

export function dockerCommand(socket: string, args: readonly string[]) {
  return { file: DOCKER_CLI, args: ['-H', `unix://${socket}`, ...args], env: clientEnvironment() }
}

export async function importBusybox(socket: string): Promise<void> {
  const path = `/images/create?fromSrc=-&repo=busybox&tag=latest&changes=${encodeURIComponent('CMD ["sh"]')}`
  const { status, text } = await callApi(socket, 'POST', path, busyboxArchive())
  if (status !== 200 || text.includes('"error"')) throw new Error(`cannot import busybox: ${text}`)
}
