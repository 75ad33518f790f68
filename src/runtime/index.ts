/** Bundle to running task: spec writing, the monitor and its client. Knows no images and no networks. */
export type { MountView } from '#linux'
export { openRuntime, type RuntimeOptions } from './client.ts'
export { type ControlGroups, controlGroups, type HostUsage, type TaskUsage } from './control-groups.ts'
export type { ExecIo, ExecName, ExecRequest, Execs, KnownExec } from './exec.ts'
export { removeTasks, rootFolder, taskGroups, taskProcesses } from './forced.ts'
export { runMonitor } from './monitor/main.ts'
export { parseSignal } from './signal.ts'
export { parseCapability } from './spec/capabilities.ts'
export { parseDeviceRule } from './spec/devices.ts'
export type { ExecSettings } from './spec/exec-process.ts'
export { parseUlimit } from './spec/rlimits.ts'
export { checkSeccompProfile } from './spec/seccomp-profile.ts'
export type {
  BindSettings,
  BlockLimits,
  Confinement,
  LimitSettings,
  NamespaceChoice,
  ProcessSettings,
  SeccompChoice,
  SharedMemory,
} from './spec/settings.ts'
export type { SpecNetwork } from './spec/spec.ts'
export { checkSysctl, type SysctlScope } from './spec/sysctls.ts'
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
