import { NotImplemented } from '#lib/errors'

/** Go's zero value, which says nothing. */
export function isZero(value: unknown): boolean {
  if (value === undefined || value === null || value === '' || value === 0 || value === false) return true
  if (Array.isArray(value)) return value.length === 0
  return typeof value === 'object' && Object.keys(value).length === 0
}

/** A field that is read and not done: its name, whether `value` means the default, and how people spell it. */
export interface Refusal {
  readonly field: string
  /** The flag of `docker run` that sets it. */
  readonly flag?: string
  /** Values beside zero that ask for what is done anyway. */
  readonly accepts?: readonly unknown[]
}

/** @throws NotImplemented naming the first field that asks for something which is not done yet */
export function refuseFields(prefix: string, values: object, refusals: readonly Refusal[]): void {
  const given = new Map<string, unknown>(Object.entries(values))
  for (const { field, flag, accepts = [] } of refusals) {
    const value = given.get(field)
    if (isZero(value) || accepts.some(accepted => JSON.stringify(accepted) === JSON.stringify(value))) continue
    throw new NotImplemented(`${prefix}${field} is not done by this version of Gantry`, {
      fix: flag === undefined ? 'leave it out of the request' : `leave ${flag} out`,
    })
  }
}
