import type { Difference } from './accept.ts'

export const DIFFERENCES: readonly Difference[] = []
