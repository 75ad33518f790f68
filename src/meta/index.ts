/** Transactional records on SQLite. */
export type { Collection, Entry, Meta } from './meta.ts'
export { recordParser } from './schema.ts'
export { openMeta } from './sqlite.ts'
