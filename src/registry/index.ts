/** Both ends of the distribution protocol. */
export * from './client/index.ts'
