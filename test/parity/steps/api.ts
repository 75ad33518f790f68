import type { IncomingHttpHeaders } from 'node:http'
import { decodePathStat, GO_MODE, PATH_STAT_HEADER } from '#api'
import { archiveOf } from '../archives.ts'
import type { ApiStep, Json, JsonObject } from '../case.ts'
import { filled, filledJson, type RunContext, type Running } from './context.ts'
import { type HttpAnswer, openHttp } from './http.ts'
import { parsed, show } from './views.ts'

/** Of Node's server or Go's, or about the moment: no part of the API. */
const HEADERS_OF_THE_SERVER = ['date', 'connection', 'keep-alive', 'content-length', 'transfer-encoding']

export function callApi(step: ApiStep, context: RunContext): Running {
  const answer = openHttp({
    socket: context.peer.socket,
    method: step.method,
    path: (step.unversioned === true ? '' : `/v${context.apiVersion}`) + filled(step.path, context),
    ...content(step, context),
  })
  return { begun: answer.then(() => {}), result: answer.then(opened => shown(step, opened, context)) }
}

function content(step: ApiStep, context: RunContext) {
  if (step.archive !== undefined) {
    return { headers: { 'Content-Type': 'application/x-tar' }, body: archiveOf(filled(step.archive, context)) }
  }
  if (step.body === undefined) return { headers: step.headers ?? {} }
  const body = filledJson(step.body, context)
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const type = step.contentType === '' ? {} : { 'Content-Type': step.contentType ?? 'application/json' }
  return { headers: { ...type, ...step.headers }, body: Buffer.from(text) }
}

async function shown(step: ApiStep, answer: HttpAnswer, context: RunContext): Promise<Json> {
  const body = await answer.body
  if (step.capture !== undefined) keepId(step.capture, body, context)
  const isError = answer.status >= 400
  const view = step.view ?? (answer.headers['content-type']?.startsWith('application/json') ? 'json' : 'text')
  return {
    status: answer.status,
    ...(step.showHeaders === true
      ? { headers: shownHeaders(answer.headers) }
      : { type: answer.headers['content-type'] ?? '(none)' }),
    ...pathStat(answer.headers),
    body: show(body, isError ? { view: 'json' } : { ...step, view }),
  }
}

function shownHeaders(headers: IncomingHttpHeaders): Json {
  const kept = Object.entries(headers).filter(([name]) => !HEADERS_OF_THE_SERVER.includes(name))
  return Object.fromEntries(kept.map(([name, value]) => [name, String(value)]))
}

/** What a header tells of a copied path; the sizes of folders are their file system's. */
function pathStat(headers: IncomingHttpHeaders): JsonObject {
  const header = headers[PATH_STAT_HEADER.toLowerCase()]
  if (header === undefined) return {}
  const { size, ...stat } = decodePathStat(String(header))
  return { stat: { ...stat, size: stat.mode >= GO_MODE.dir ? '<size>' : size } }
}

function keepId(name: string, body: Buffer, context: RunContext): void {
  const value = parsed(body.toString())
  if (value !== null && typeof value === 'object' && 'Id' in value) context.values.set(name, String(value.Id))
}
