import type { JsonObject } from './case.ts'
import type { Finding } from './compare.ts'

/** For the reader of a failure: every place that differs, then all that both showed. */
export function failureText(
  peer: string,
  findings: readonly Finding[],
  results: { readonly gantry: JsonObject; readonly docker: JsonObject },
): string {
  const places = findings.map(
    ({ at, gantry, docker }) => `${at}\n    gantry: ${shown(gantry)}\n    ${peer}: ${shown(docker)}`,
  )
  const steps = new Set(findings.map(({ at }) => at.split('/')[0] ?? ''))
  const whole = [...steps].map(
    step => `${step}\n  gantry: ${shown(results.gantry[step])}\n  ${peer}: ${shown(results.docker[step])}`,
  )
  return `${findings.length} differences\n\n${places.join('\n')}\n\nwhole results of these steps\n\n${whole.join('\n')}`
}

function shown(value: unknown): string {
  return value === undefined ? '(absent)' : JSON.stringify(value)
}
