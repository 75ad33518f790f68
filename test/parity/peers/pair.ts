import assert from 'node:assert/strict'
import { UndoStack } from '#lib/undo'
import { callApi } from '../../support/engine.ts'
import { archiveOf } from '../archives.ts'
import { DockerPeer, type DockerProgram } from './docker-peer.ts'
import { GantryPeer } from './gantry-peer.ts'
import type { Peer } from './peer.ts'
import { startPeerRegistry } from './registry.ts'

/** Gantry and a Docker, both with the image `busybox` and a registry beside them. */
export interface Pair extends AsyncDisposable {
  readonly gantry: Peer
  readonly docker: Peer
}

export async function startPair(program: DockerProgram): Promise<Pair> {
  await using undo = new UndoStack()
  const gantry = await undo.own(GantryPeer.start(), peer => peer[Symbol.asyncDispose]())
  const docker = await undo.own(DockerPeer.start(program), peer => peer[Symbol.asyncDispose]())
  await Promise.all([gantry, docker].map(loadBusybox))
  const registries = new AsyncDisposableStack()
  undo.defer(() => registries.disposeAsync())
  for (const { folder, network } of [gantry, docker]) registries.use(await startPeerRegistry(folder, network))
  undo.keep()
  return {
    gantry,
    docker,
    async [Symbol.asyncDispose]() {
      await using both = new UndoStack()
      both.defer(() => gantry[Symbol.asyncDispose]())
      both.defer(() => docker[Symbol.asyncDispose]())
      both.defer(() => registries.disposeAsync())
    },
  }
}

async function loadBusybox(peer: Peer): Promise<void> {
  const { text } = await callApi(peer.socket, 'POST', '/images/load?quiet=1', archiveOf('busybox'))
  assert.match(text, /Loaded image: busybox:latest/, `${peer.name} does not load an image`)
}
