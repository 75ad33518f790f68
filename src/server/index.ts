/** HTTP: routes, conversion between the API's shapes and the engine's, listeners. */
export { type AppOptions, createApp } from './app.ts'
export type {
  Attachment,
  Backends,
  ContainerBackend,
  ContainerPaths,
  ExecBackend,
  ImageBackend,
  ImportRequest,
  NetworkBackend,
  PullRequest,
  RemovedImage,
  SystemBackend,
  SystemFacts,
  TransferRequest,
} from './backends.ts'
export { type Host, type Listener, type ListenOptions, listen, parseHost, type TlsFiles } from './listen.ts'
