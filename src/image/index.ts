/** Names to images; pull, unpack, archives. */

export type { FoundRepository } from '#registry'
export { observeImages, type Unneeded } from './collect/observe.ts'
export type { ImagePart } from './collect/usage.ts'
export type { ImagesOptions } from './deps.ts'
export type * from './image.ts'
export { openImages } from './open.ts'
