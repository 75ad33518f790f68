import type { Call } from '../http/call.ts'
import { unsupported } from '../refusal.ts'
import type { RegistryWriter } from '../registry.ts'

/** @throws Refusal UNSUPPORTED where nothing can be pushed */
export function writerOf({ registry }: Call): RegistryWriter {
  if (registry.writer !== undefined) return registry.writer
  const { what = 'this registry is read-only', fix = 'push to another one' } = registry.readOnly ?? {}
  throw unsupported(what, fix)
}
