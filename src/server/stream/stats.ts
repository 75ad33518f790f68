import { type ContainerStatsQuery, writeJson } from '#api'
import type { ContainerBackend } from '../backends.ts'
import { statsMessage } from '../convert/stats.ts'
import type { ApiCall } from '../http/call.ts'

/** `GET /containers/{id}/stats`. @throws NotFound */
export async function sendStats(
  containers: ContainerBackend,
  call: ApiCall,
  query: ContainerStatsQuery,
): Promise<void> {
  const { stream = true, 'one-shot': oneShot = false } = query
  const reports = containers.stats(call.param('id'), { stream, oneShot, signal: call.signal })
  const answer = call.openStream('application/json')
  for await (const report of reports) await answer.write(`${writeJson(statsMessage(report), { escapeHtml: true })}\n`)
  answer.end()
}
