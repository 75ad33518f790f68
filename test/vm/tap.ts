/** The report that Node's test runner writes as TAP (testanything.org), as much of it as tells the tests' fates. */

export interface Outcome {
  readonly name: string
  readonly passed: boolean
  /** Why not. */
  readonly detail: string
}

const RESULT = /^( *)(not ok|ok) \d+ - (.*)$/

/** The innermost tests: a suite only repeats what they say. */
export function outcomes(report: string): Outcome[] {
  const lines = report.split('\n')
  const found = lines.flatMap((line, at) => {
    const match = RESULT.exec(line)
    return match === null ? [] : [{ at, depth: match[1]?.length ?? 0, passed: match[2] === 'ok', name: match[3] ?? '' }]
  })
  const deepest = Math.max(0, ...found.map(({ depth }) => depth))
  return found
    .filter(({ depth, passed }) => depth === deepest || !passed)
    .map(({ at, name, passed }) => ({ name, passed, detail: passed ? '' : explanation(lines, at) }))
}

/** The block of YAML below a result. */
function explanation(lines: readonly string[], at: number): string {
  const end = lines.findIndex((line, index) => index > at && line.trim() === '...')
  return lines.slice(at, end === -1 ? at + 40 : end).join('\n')
}

/** How many tests failed, by the report's own sum; undefined where it did not come to its end. */
export function failures(report: string): number | undefined {
  const match = /^# fail (\d+)$/m.exec(report)
  return match === null ? undefined : Number(match[1])
}
