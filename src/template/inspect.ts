import type { InvalidArgument } from '#lib/errors'
import { templateError, withTemplateErrors } from './docker-error.ts'
import { compactJson, indentJson } from './json-layout.ts'
import { parseJsonExact } from './json-parse.ts'
import type { Execution, Template } from './template.ts'
import { compile } from './template.ts'
import type { Data } from './values.ts'

/** One object that `inspect` found. */
export interface Inspected {
  /** The object as its Go type; where that is not known, templates see the JSON only. */
  readonly typed?: () => Data
  /** The JSON as it came, for output without a template and for fields that the type lacks. */
  readonly raw: string
}

export interface Inspection {
  readonly output: string
  /** One for each object that the template failed on; the others are in the output. */
  readonly errors: readonly InvalidArgument[]
}

const INDENT = '    '

/**
 * The output of `docker inspect`: an indented array without a format, one line with `json`, else a line for each object.
 * A template that fails on the typed object is tried on its JSON, where an unknown key is an error.
 * @throws InvalidArgument where the format is no template
 */
export function renderInspect(format: string, objects: readonly Inspected[]): Inspection {
  const array = `[${objects.map(object => object.raw).join(',')}]`
  if (format === '') return { output: `${indentJson(array, INDENT)}\n`, errors: [] }
  if (format === 'json') return { output: `${objects.length === 0 ? '[]' : compactJson(array)}\n`, errors: [] }
  const template = withTemplateErrors(() => compile(format))
  const lines: string[] = []
  const errors: InvalidArgument[] = []
  for (const object of objects) {
    const { output, error } = inspectOne(template, object)
    if (error === undefined) lines.push(`${output}\n`)
    else errors.push(templateError(error))
  }
  return { output: lines.length === 0 ? '\n' : lines.join(''), errors }
}

/** @throws InvalidArgument where the object's JSON is none */
function inspectOne(template: Template, { typed, raw }: Inspected): Execution {
  if (typed !== undefined) {
    const first = template.run(typed())
    if (first.error === undefined) return first
  }
  return template.run(parseJsonExact(raw), { missingKey: 'error' })
}
