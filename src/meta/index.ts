/** Transactional records on SQLite. */
export type { Collection, Entry, KeyRange, Meta } from './meta.ts'
export { recordParser } from './schema.ts'
export { openMeta, readMeta } from './sqlite.ts'
