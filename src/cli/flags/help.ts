import { bool } from './kinds.ts'

/** The flag that every command has. */
export const HELP = { help: bool('Print usage', { hidden: true }) }
