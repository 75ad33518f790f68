/** Networks, endpoints, and sandboxes that own a network namespace before any process exists. */
export { hostsFile, resolvConf } from './files.ts'
export type {
  Endpoint,
  JoinRequest,
  LinkCounters,
  Network,
  NetworkState,
  Networks,
  Sandbox,
} from './network.ts'
export { SandboxRecord } from './network.ts'
export {
  type NetworkNames,
  type NetworksOptions,
  namespaceFolder,
  observeNetwork,
  openNetworks,
  removeNetworkState,
} from './networks.ts'
