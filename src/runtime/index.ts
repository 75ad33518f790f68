/** Bundle to running task: spec writing, the monitor and its client. Knows no images and no networks. */
export { openRuntime, type RuntimeOptions } from './client.ts'
export { runMonitor } from './monitor/main.ts'
export { DEFAULT_CAPABILITIES } from './spec/capabilities.ts'
export { thermalPaths } from './spec/defaults.ts'
export { defaultSeccomp, type SeccompHost } from './spec/seccomp.ts'
export { createSpec, type SpecLimits, type SpecNetwork, type SpecRequest } from './spec/spec.ts'
export { StartRefused } from './start-refused.ts'
export type {
  AttachRequest,
  AttachStream,
  KnownTask,
  LogTarget,
  Runtime,
  RuntimeProgram,
  StartedTask,
  StartRequest,
  TaskExit,
  TaskIo,
} from './task.ts'
