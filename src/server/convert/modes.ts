import { type ApiVersion, atLeast, type ContainerCreateRequest, type HostConfig } from '#api'
import type { ContainerSpec } from '#engine'
import { InvalidArgument } from '#lib/errors'

type Modes = NonNullable<ContainerSpec['host']['namespaces']>

/** Until here, who said something of the host and nothing of IPC shared it. */
const PRIVATE_IPC_SINCE = '1.40'

/** Which namespaces a container shares. @throws InvalidArgument in Docker's words */
export function convertModes(host: HostConfig, version: ApiVersion): Modes {
  const { IpcMode, PidMode: pid = '', UTSMode: uts = '', UsernsMode: user = '', CgroupnsMode: cgroup = '' } = host
  const isOld = !atLeast(version, PRIVATE_IPC_SINCE) && Object.keys(host).length > 0
  const unsaid = isOld ? 'shareable' : ''
  const ipc = IpcMode === undefined || IpcMode === '' ? unsaid : IpcMode
  require(/^(|none|private|shareable|host|container:.+)$/s, ipc, `invalid IPC mode: ${ipc}`)
  require(/^(|host|container:.+)$/s, pid, `invalid PID mode: ${pid}`)
  require(/^(|host)$/, uts, `invalid UTS mode: ${uts}`)
  require(/^(|host)$/, user, `invalid user namespace mode: ${user}`)
  require(/^(|host|private)$/, cgroup, `invalid cgroup namespace mode: ${cgroup}`)
  return {
    ...(ipc === '' || ipc === 'private' ? {} : { ipc }),
    ...(pid === '' ? {} : { pid }),
    ...(uts === '' ? {} : { uts }),
    ...(user === '' ? {} : { user }),
    ...(cgroup === '' || cgroup === 'private' ? {} : { cgroup }),
  }
}

function require(pattern: RegExp, mode: string, problem: string): void {
  if (!pattern.test(mode)) throw new InvalidArgument(problem)
}

/** What does not go together with a shared name or network. @throws InvalidArgument in Docker's words */
export function checkShared(body: ContainerCreateRequest, host: HostConfig): void {
  const { NetworkMode: network = '', UTSMode: uts = '' } = host
  const conflict = (isOne: boolean, words: string) => {
    if (isOne) throw new InvalidArgument(`conflicting options: ${words}`)
  }
  const hasName = (body.Hostname ?? '') !== ''
  conflict(uts === 'host' && hasName, 'hostname and the UTS mode')
  if (!network.startsWith('container:')) return
  if (network === 'container:') {
    throw new InvalidArgument('invalid network mode: invalid container format container:<name|id>')
  }
  const has = (list: readonly unknown[] | undefined) => (list ?? []).length > 0
  conflict(hasName, 'hostname and the network mode')
  conflict(has(host.Links), "container type network can't be used with links. This would result in undefined behavior")
  conflict(has(host.Dns), 'dns and the network mode')
  conflict(has(host.ExtraHosts), 'custom host-to-IP mapping and the network mode')
  conflict(
    Object.keys(host.PortBindings ?? {}).length > 0 || host.PublishAllPorts === true,
    'port publishing and the container type network mode',
  )
  conflict(Object.keys(body.ExposedPorts ?? {}).length > 0, 'port exposing and the container type network mode')
}
