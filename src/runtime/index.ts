/** Bundle to running task: spec writing, the monitor and its client. Knows no images and no networks. */
export type { MountView } from '#linux'
export { openRuntime, type RuntimeOptions } from './client.ts'
export { type ControlGroups, controlGroups, type HostUsage, type TaskUsage } from './control-groups.ts'
export type { ExecIo, ExecName, ExecRequest, Execs, KnownExec } from './exec.ts'
export { removeTasks, rootFolder, taskProcesses } from './forced.ts'
export { runMonitor } from './monitor/main.ts'
export { parseSignal } from './signal.ts'
export type { ExecSettings } from './spec/exec-process.ts'
export type { BindSettings, ProcessSettings } from './spec/settings.ts'
export type { SpecLimits, SpecNetwork } from './spec/spec.ts'
export { lookUpUser } from './spec/user-lookup.ts'
export { parseWorkingFolder } from './spec/working-folder.ts'
export { ExecRefused, StartRefused } from './start-refused.ts'
export type {
  AttachRequest,
  AttachStream,
  KnownTask,
  LogTarget,
  RootRequest,
  Runtime,
  RuntimeProgram,
  StartedTask,
  StartRequest,
  TaskExit,
  TaskIo,
} from './task.ts'
