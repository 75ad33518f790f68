import { int64, list, map, object, type Read, string } from '../schema.ts'

/** How a container joins one network. What the engine fills in comes back in requests of some clients; it is ignored. */
export const EndpointSettings = object('EndpointSettings', {
  IPAMConfig: object('EndpointIPAMConfig', {
    IPv4Address: string(),
    IPv6Address: string(),
    LinkLocalIPs: list(string()),
  }),
  /** `container:alias` */
  Links: list(string()),
  Aliases: list(string()),
  MacAddress: string(),
  DriverOpts: map(string()),
  /** The network with the highest gives the default gateway. */
  GwPriority: int64(),
  NetworkID: string(),
  EndpointID: string(),
  Gateway: string(),
  IPAddress: string(),
  IPPrefixLen: int64(),
  IPv6Gateway: string(),
  GlobalIPv6Address: string(),
  GlobalIPv6PrefixLen: int64(),
  DNSNames: list(string()),
})
export type EndpointSettings = Read<typeof EndpointSettings>
