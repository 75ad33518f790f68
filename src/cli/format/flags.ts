import { Failure } from '../failure.ts'
import { bool, string } from '../flags/kinds.ts'

const LIST_FORMAT = `Format output using a custom template:
'table':            Print output in table format with column headers (default)
'table TEMPLATE':   Print output in table format using the given Go template
'json':             Print in JSON format
'TEMPLATE':         Print output using the given Go template.
Refer to https://docs.docker.com/go/formatting/ for more information about formatting output with templates`

const OBJECT_FORMAT = `Format output using a custom template:
'json':             Print in JSON format
'TEMPLATE':         Print output using the given Go template.
Refer to https://docs.docker.com/go/formatting/ for more information about formatting output with templates`

const json = bool('Print in JSON format (the same as --format json)')

/** Of commands that list. */
export const LIST_FLAGS = { format: string(LIST_FORMAT, { values: ['table', 'json'] }), json }

/** Of commands that show one thing, or several in full. */
export const OBJECT_FLAGS = { format: string(OBJECT_FORMAT, { short: 'f', values: ['json'] }), json }

/** The format that the two flags ask for; empty where they ask for none. @throws Failure where they contradict */
export function askedFormat(flags: { readonly format: string; readonly json: boolean }): string {
  if (!flags.json) return flags.format
  if (flags.format === '' || flags.format === 'json') return 'json'
  throw new Failure('conflicting options: cannot specify both --json and --format')
}

/** `--quiet` with a format: ids instead of the default table, and of the raw form with their name before them. */
export function quieter(
  format: string,
  quiet: boolean,
  rawName: string,
): { readonly format: string; readonly quiet?: string } {
  if (!quiet) return { format }
  return format === 'raw' ? { format: `${rawName}: {{.ID}}` } : { format, quiet: '{{.ID}}' }
}
