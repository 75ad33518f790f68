import type { Json } from './case.ts'
import { isList } from './normalise.ts'

/** One place where two results are not the same; undefined where there is nothing. */
export interface Finding {
  /** `docker run/stderr/0` */
  readonly at: string
  readonly gantry: Json | undefined
  readonly docker: Json | undefined
}

/** Every place where they differ, as deep as both have the same kind of value. */
export function compare(gantry: Json | undefined, docker: Json | undefined, at = ''): Finding[] {
  if (gantry === undefined || docker === undefined || kindOf(gantry) !== kindOf(docker)) {
    return JSON.stringify(gantry) === JSON.stringify(docker) ? [] : [{ at, gantry, docker }]
  }
  if (isList(gantry) && isList(docker)) return compareLists(gantry, docker, at)
  if (isObject(gantry) && isObject(docker)) {
    const keys = new Set([...Object.keys(gantry), ...Object.keys(docker)])
    return [...keys].flatMap(key => compare(gantry[key], docker[key], below(at, key)))
  }
  return gantry === docker || saysMore(gantry, docker, at) ? [] : [{ at, gantry, docker }]
}

function compareLists(gantry: readonly Json[], docker: readonly Json[], at: string): Finding[] {
  const length = Math.max(gantry.length, docker.length)
  return Array.from({ length }, (_, index) => compare(gantry[index], docker[index], below(at, String(index)))).flat()
}

/** What Docker says of an error and then, behind a colon, what to do about it, is what Docker says. */
function saysMore(gantry: Json, docker: Json, at: string): boolean {
  if (typeof gantry !== 'string' || typeof docker !== 'string' || !/\/(stderr\/\d+|message)$/.test(at)) return false
  const words = docker.replace(/\.$/, '')
  return words !== '' && gantry.startsWith(`${words}: `)
}

function below(at: string, key: string): string {
  return at === '' ? key : `${at}/${key}`
}

function isObject(value: Json): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !isList(value)
}

function kindOf(value: Json): string {
  if (value === null) return 'null'
  return isList(value) ? 'list' : typeof value
}
