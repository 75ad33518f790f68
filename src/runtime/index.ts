/** Bundle to running task: spec writing, the monitor and its client. Knows no images and no networks. */
export { openRuntime, type RuntimeOptions } from './client.ts'
export { type ControlGroups, controlGroups, type HostUsage, type TaskUsage } from './control-groups.ts'
export { removeTasks, rootFolder, taskProcesses } from './forced.ts'
export { runMonitor } from './monitor/main.ts'
export { parseSignal } from './signal.ts'
export type { BindSettings, ProcessSettings } from './spec/settings.ts'
export type { SpecLimits, SpecNetwork } from './spec/spec.ts'
export { parseWorkingFolder } from './spec/working-folder.ts'
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
