import { lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { BeginStep, Json, Step, UntilStep } from '../case.ts'
import { callApi } from './api.ts'
import { attachTo } from './attach.ts'
import { filled, type RunContext, type Running } from './context.ts'
import { runDocker } from './docker.ts'
import { openHttp } from './http.ts'

const PATIENCE_MS = 15_000

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

async function waitFor(step: UntilStep, context: RunContext): Promise<void> {
  const container = filled(step.container, context)
  const { says } = step
  const path = says === undefined ? 'wait' : 'logs?follow=1&stdout=1&stderr=1'
  const method = says === undefined ? 'POST' : 'GET'
  const answer = await openHttp({ socket: context.peer.socket, method, path: `/containers/${container}/${path}` })
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const timer = setTimeout(() => reject(new Error(`${container} does not ${says ?? 'end'}`)), PATIENCE_MS)
  if (says === undefined) void answer.body.then(() => resolve())
  else {
    let text = ''
    answer.watch(chunk => {
      text += chunk.toString()
      if (text.includes(says)) resolve()
    })
  }
  await promise.finally(() => clearTimeout(timer))
  answer.drop()
}

function describe(path: string): Json {
  const stat = lstatSync(path, { throwIfNoEntry: false })
  if (stat === undefined) return '(absent)'
  const owner = { mode: (stat.mode & 0o7777).toString(8), owner: `${stat.uid}:${stat.gid}` }
  if (stat.isDirectory()) return { type: 'folder', ...owner, names: readdirSync(path).sort() }
  return { type: 'file', ...owner, content: readFileSync(path, 'utf8').split('\n') }
}
