/** Transactional records on SQLite. */
export type { Collection, Entry, Meta } from './meta.ts'
export { openMeta } from './sqlite.ts'
