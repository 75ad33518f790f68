/**
 * `docker-launch.ts PROGRAM ARG...`: becomes dockerd in mount and process namespaces of its own. A containerd of the
 * host is hidden first, because dockerd would take it for its own and share its containers with the host's dockerd.
 */
import { mountAt } from '#linux'

/** Debian's and Docker's packages have it here; shims put their sockets there whatever they are told. */
const CONTAINERD_FOLDER = '/run/containerd'

const [program = '', ...args] = process.argv.slice(2)
mountAt(CONTAINERD_FOLDER, { type: 'tmpfs', source: 'parity', options: [] })
if (process.execve === undefined) throw new Error('this Node cannot become another program')
process.execve(program, [program, ...args], process.env)
