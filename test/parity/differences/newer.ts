import { ABSENT, type Difference } from '../accept.ts'

const RECORDS = ['create: *', 'container: record *']
const OF_IMAGES = [
  'Hostname',
  'Domainname',
  'AttachStdin',
  'AttachStdout',
  'AttachStderr',
  'Tty',
  'OpenStdin',
  'StdinOnce',
  'Image',
]

/** Of an answer's shape: places, and the cases that show them. */
function shape(reason: string, cases: readonly string[], at: readonly string[]): Difference {
  return { why: 'newer', reason, peer: 'docker 20.10', cases, at }
}

/** Where Docker 20.10 is otherwise and 28.5 is as Gantry is. */
export const NEWER: readonly Difference[] = [
  {
    why: 'newer',
    reason: 'since 23.0 a mistake of the client is 400 or 404, no longer 500',
    peer: 'docker 20.10',
    cases: [
      'create: *',
      'system: bodies that cannot be read',
      'list: filters*',
      'image: filters that cannot be',
      'image: tags that cannot be',
      'files: commits that cannot be',
      'container: kill with signals that cannot be',
    ],
    at: '**/status',
    gantry: 400,
    docker: 500,
  },
  {
    why: 'newer',
    reason: 'since 23.0 a container that a filter names is 404 where it is not there, no longer 500',
    peer: 'docker 20.10',
    cases: 'list: filters that cannot be',
    at: '**/status',
    gantry: 404,
    docker: 500,
  },
  {
    why: 'newer',
    reason: 'values that no longer pass since 23.0',
    peer: 'docker 20.10',
    cases: ['container: wait', 'container: sizes of a terminal', 'system: bodies that cannot be read'],
    at: ['wait?condition=nope/**', 'resize?h=-1&w=80/*', 'resize?h=99999999999&w=80/*', 'trailing/**'],
  },
  {
    why: 'newer',
    reason: 'the words of newer versions',
    peer: 'docker 20.10',
    cases: ['create: *', 'container: *', 'image: *', 'list: *', 'system: *', 'command: *', 'run: *', 'files: *'],
    at: ['**/message', '**/stderr/0', '**/stderr/1'],
  },
  {
    why: 'newer',
    reason: 'the version of the API',
    peer: 'docker 20.10',
    cases: [
      'system: version*',
      'system: ping and its headers',
      'logs: headers',
      'logs: of a terminal',
      'logs: streams by an old API',
    ],
    at: ['**/ApiVersion', '**/MinAPIVersion', '**/headers/api-version'],
  },
  {
    why: 'newer',
    reason: 'whether this is a swarm is told since API 1.42',
    peer: 'docker 20.10',
    cases: 'system: ping and its headers',
    at: '**/headers/swarm',
    gantry: 'inactive',
    docker: ABSENT,
  },
  {
    why: 'newer',
    reason: 'streams have a type since API 1.42',
    peer: 'docker 20.10',
    cases: ['logs: *', 'container: *', 'attach: *'],
    at: ['**/type', '**/headers/content-type'],
    gantry: 'application/vnd.docker.raw-stream',
  },
  shape(
    'parts of info that came or went',
    ['system: info', 'system: facts of info'],
    ['**/RegistryConfig/*', '**/Expected', '**/CDISpecDirs', '**/KernelMemory', '**/BridgeNf*', '**/SecurityOptions/*'],
  ),
  shape('parts of a network that came later', ['system: networks'], ['**/EnableIPv4', '**/IPAM/Config', '**/Gateway']),
  shape(
    "a container's folders come with its ID",
    ['create: *', 'container: record*', 'command: inspect'],
    ['**/GraphDriver/Data/ID'],
  ),
  shape(
    'images lost what they had of a container',
    ['image: load and record', 'image: import', 'command: inspect'],
    [...OF_IMAGES.map(field => `**/Config/${field}`), '**/Container', '**/ContainerConfig', '**/VirtualSize'],
  ),
  shape('images lost what they had of a container', ['image: record by API *'], ['**/Container']),
  shape(
    'the list of images in its shape since API 1.44',
    ['image: list'],
    ['**/Containers', '**/RepoDigests', '**/VirtualSize'],
  ),
  shape(
    'the default network is called bridge',
    [...RECORDS, 'run: record *', 'list: an item *'],
    ['**/HostConfig/NetworkMode'],
  ),
  shape('a restart policy has a name', RECORDS, ['**/RestartPolicy/Name']),
  shape('more of /proc is hidden', [...RECORDS, 'run: record *'], ['**/HostConfig/MaskedPaths/*']),
  shape('more of /proc is hidden', ['inside: *'], ['mounts/stdout//proc/interrupts', 'docker run/stdout/*']),
  shape(
    'limits of kernel memory are gone',
    [...RECORDS, 'run: record *', 'command: inspect'],
    ['**/KernelMemory', '**/KernelMemoryTCP'],
  ),
  shape(
    'parts of an endpoint that came later',
    [...RECORDS, 'list: an item *', 'command: inspect'],
    ['**/GwPriority', '**/DNSNames'],
  ),
  shape(
    'a sandbox is not shown after its container',
    ['container: record after its end*'],
    ['**/SandboxID', '**/SandboxKey'],
  ),
  shape('the default runtime is shown', ['create: *'], ['**/HostConfig/Runtime']),
  shape(
    'no Error where there is none',
    ['container: wait*', 'container: remove itself', 'list: filters', 'list: filters on ports'],
    ['**/Error'],
  ),
  shape(
    'addresses of /etc/hosts are shortened',
    ['inside: *'],
    ['hosts/stdout/ip6-localnet', 'hosts/stdout/ip6-mcastprefix'],
  ),
  shape('more instructions are imported', ['image: import'], ['import CMD**', 'inspect {c}:all/**']),
  shape('lists of images are filtered by time', ['image: prune'], ['list {"label":["{c}"],"until":["1h"]}/**']),
  shape('isolation is refused later', ['create: values that cannot be'], ['isolation/status']),
]
