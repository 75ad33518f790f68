import { boolean, list, map, object, type Read, string } from '../schema.ts'
import { EndpointSettings } from './endpoint.request.ts'

const IpamConfig = object('IPAMConfig', {
  Subnet: string(),
  IPRange: string(),
  Gateway: string(),
  AuxiliaryAddresses: map(string()),
})

/** The body of `POST /networks/create`. */
export const NetworkCreateRequest = object('NetworkCreateRequest', {
  Name: string(),
  Driver: string(),
  Scope: string(),
  EnableIPv4: boolean(),
  EnableIPv6: boolean(),
  IPAM: object('IPAM', { Driver: string(), Options: map(string()), Config: list(IpamConfig) }),
  Internal: boolean(),
  Attachable: boolean(),
  Ingress: boolean(),
  ConfigOnly: boolean(),
  ConfigFrom: object('ConfigReference', { Network: string() }),
  Options: map(string()),
  Labels: map(string()),
  /** Read and ignored: names are always unique. */
  CheckDuplicate: boolean(),
})
export type NetworkCreateRequest = Read<typeof NetworkCreateRequest>

export const NetworkConnectRequest = object('NetworkConnectRequest', {
  Container: string(),
  EndpointConfig: EndpointSettings,
})
export type NetworkConnectRequest = Read<typeof NetworkConnectRequest>

export const NetworkDisconnectRequest = object('NetworkDisconnectRequest', { Container: string(), Force: boolean() })
export type NetworkDisconnectRequest = Read<typeof NetworkDisconnectRequest>
