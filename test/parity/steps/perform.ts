import { lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { BeginStep, Json, Step, UntilStep } from '../case.ts'
import { callApi } from './api.ts'
import { attachTo } from './attach.ts'
import { filled, type RunContext, type Running } from './context.ts'
import { runDocker } from './docker.ts'
import { openHttp } from './http.ts'

const PATIENCE_MS = 15_000
/** Between looks at what announces itself to nobody. */
const RETRY_MS = 50

/** Takes a step to its end; undefined where there is nothing to show. */
export async function perform(step: Step, context: RunContext): Promise<Json | undefined> {
  switch (step.do) {
    case 'docker':
    case 'api':
    case 'attach':
      return await awaited(begin(step, context))
    case 'begin': {
      const { begun, result } = begin(step.step, context)
      context.begun.set(step.as, result)
      await begun
      return undefined
    }
    case 'collect': {
      const result = context.begun.get(step.as)
      context.begun.delete(step.as)
      return await result
    }
    case 'until':
      await waitFor(step, context)
      return undefined
    case 'write': {
      const path = filled(step.path, context)
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, filled(step.content, context))
      return undefined
    }
    case 'read':
      return describe(filled(step.path, context))
  }
}

/** Of a step that fails, one promise speaks. */
async function awaited({ begun, result }: Running): Promise<Json> {
  await Promise.all([begun, result])
  return await result
}

function begin(step: BeginStep['step'], context: RunContext): Running {
  if (step.do === 'docker') return runDocker(step, context)
  return step.do === 'api' ? callApi(step, context) : attachTo(step, context)
}

/** Goes on over the ends of a container that is started again. */
async function waitFor(step: UntilStep, context: RunContext): Promise<void> {
  const container = filled(step.container, context)
  const patience = AbortSignal.timeout(PATIENCE_MS)
  while (!(await waitOnce(container, step.says, context, patience))) {
    if (patience.aborted) throw new Error(`${container} does not ${step.says ?? 'end'}`)
    await delay(RETRY_MS)
  }
}

/** Until it has said so, or to the end of this run: true where there is nothing more to wait for. */
async function waitOnce(
  container: string,
  says: string | undefined,
  context: RunContext,
  patience: AbortSignal,
): Promise<boolean> {
  const path = says === undefined ? 'wait' : 'logs?follow=1&stdout=1&stderr=1'
  const method = says === undefined ? 'POST' : 'GET'
  const answer = await openHttp({ socket: context.peer.socket, method, path: `/containers/${container}/${path}` })
  const { promise, resolve } = Promise.withResolvers<boolean>()
  patience.addEventListener('abort', () => resolve(false), { once: true })
  void answer.body.then(async () => resolve(says === undefined && !(await isRestarting(container, context))))
  if (says !== undefined) {
    const chunks: Buffer[] = []
    answer.watch(chunk => {
      chunks.push(chunk)
      if (wordsOf(Buffer.concat(chunks)).includes(says)) resolve(true)
    })
  }
  const isDone = await promise
  answer.drop()
  return isDone
}

async function isRestarting(container: string, { peer }: RunContext): Promise<boolean> {
  const answer = await openHttp({ socket: peer.socket, method: 'GET', path: `/containers/${container}/json` })
  const { State } = JSON.parse((await answer.body).toString()) as { State?: { Running: boolean } }
  return State?.Running === true
}

/** What a log says: without the heads of frames, where there are any. */
function wordsOf(bytes: Buffer): string {
  return bytes.toString('latin1').replace(/[\x00-\x02]\0\0\0[\s\S]{4}/g, '')
}

function describe(path: string): Json {
  const stat = lstatSync(path, { throwIfNoEntry: false })
  if (stat === undefined) return '(absent)'
  const owner = { mode: (stat.mode & 0o7777).toString(8), owner: `${stat.uid}:${stat.gid}` }
  if (stat.isDirectory()) return { type: 'folder', ...owner, names: readdirSync(path).sort() }
  return { type: 'file', ...owner, content: readFileSync(path, 'utf8').split('\n') }
}
