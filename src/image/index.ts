/** Names to images; pull, unpack, archives. */
export type * from './image.ts'
