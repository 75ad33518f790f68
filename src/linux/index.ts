/** The only room that touches the kernel and starts processes. Typed values in, typed values out, errno preserved. */

export {
  type CgroupHierarchy,
  type CgroupHost,
  cgroupFolders,
  cgroupProcesses,
  childGroups,
  detectCgroups,
  favourDynamicCgroups,
  groupsFrom,
  mountV1Controller,
  moveToCgroup,
  oomKills,
  removeCgroup,
  unfavourDynamicCgroups,
  unmountV1Controller,
} from './cgroup.ts'
export { type CgroupUsage, cgroupUsage, type IoCount } from './cgroup-usage.ts'
export { type CredentialCall, runCredentialProgram } from './credential-program.ts'
export { type DetachedRequest, startDetached } from './detached.ts'
export { type DeviceNode, deviceNode, deviceNodesBelow, deviceNumbers } from './device.ts'
export { DirectFile } from './direct-file.ts'
export { errnoWords, SyscallError } from './errno.ts'
export {
  createFifo,
  growPipe,
  openFifoForLastingWriter,
  openFifoForReading,
  openFifoForWriting,
  setBlocking,
} from './fifo.ts'
export { lockFile } from './file-lock.ts'
export { refuseNul } from './file-name.ts'
export { freezeCgroup, isCgroupFrozen, thawCgroup, thawCgroups } from './freezer.ts'
export {
  avoidOomKiller,
  CAP_NET_ADMIN,
  CAP_SYS_ADMIN,
  CAP_SYS_RESOURCE,
  HARD_LIMIT_NAMES,
  type HostFacts,
  hardLimit,
  hasCapability,
  hostFacts,
  kernelHas,
  knownFileSystems,
  type LimitName,
  ownOomScore,
  securityModules,
} from './host.ts'
export { hostCpu } from './host-cpu.ts'
export { hostPs } from './host-ps.ts'
export { LayerTree } from './layer-tree.ts'
export { type LimitAbilities, limitAbilities } from './limit-abilities.ts'
export { type LinkCounters, linkCounters } from './link-counters.ts'
export {
  isMountPoint,
  type Mount,
  type MountEntry,
  mountAt,
  mounts,
  mountUnlessThere,
  type PlacedMount,
  setPropagation,
  TMPFS_MAGIC,
  unmount,
  unmountAll,
} from './mount.ts'
export { assembleView, MountView, type ViewMount, type ViewRequest } from './mount-view.ts'
export { createNetworkNamespace, inNetworkNamespace, removeNetworkNamespace } from './namespaces.ts'
export { rulesetGeneration } from './netfilter.ts'
export {
  addAddress,
  addDefaultRoute,
  addresses,
  defaultRouteLink,
  type Ipv4,
  type Prefix,
  routedPrefixes,
} from './netlink/address.ts'
export {
  createBridge,
  createVeth,
  deleteLink,
  FIRST_LINK_INDEX,
  type Link,
  LOOPBACK_INDEX,
  linkByName,
  links,
  linkUp,
  type VethPair,
} from './netlink/link.ts'
export { RouteSocket, routeSocketIn } from './netlink/socket.ts'
export { applyRuleset, listTable, listTables, type NftObject, nftProgram } from './nft.ts'
export type { Ownership } from './ownership.ts'
export { Pidfd, processStartTime, signalNumber } from './pidfd.ts'
export { putOtherThreadsLast, putThisThreadFirst } from './priority.ts'
export { processesWith } from './processes.ts'
export { ConsoleSocket, resizeTerminal, type TerminalSize } from './pty.ts'
export { exitCodeOf, Reaper, type WaitStatus } from './reaper.ts'
export { releaseStartupPages, releaseUnusedMemory } from './resident.ts'
export { RootFolder } from './root-folder.ts'
export { SealedProgram } from './sealed-program.ts'
export { compileSeccomp, type SeccompPolicy } from './seccomp.ts'
export { SharedTree } from './shared-tree.ts'
export { type SpawnRequest, spawnProcess } from './spawn.ts'
export { isStaticProgram } from './static-program.ts'
export { syncFileSystem } from './sync.ts'
export { readSysctl, writeSysctl } from './sysctl.ts'
export { findProgram, runTool, type ToolOptions } from './tool.ts'
export { TREE_DEPTH_MAX, TreeFile, TreeFolder, type TreeKind } from './tree-folder.ts'
export { ProcessWatcher } from './watcher.ts'
