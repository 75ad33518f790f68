import { ANY, BOOL, field, INT, mapOf, pointerTo, STRING, sliceOf, structType } from '#template'
import { STRINGS, TEXT_MAP } from './common-types.ts'

const optional = { omitEmpty: true }

export const ENDPOINT = structType('network.EndpointSettings', {
  IPAMConfig: pointerTo(
    structType('network.EndpointIPAMConfig', {
      IPv4Address: field(STRING, optional),
      IPv6Address: field(STRING, optional),
      LinkLocalIPs: field(STRINGS, optional),
    }),
  ),
  Links: STRINGS,
  Aliases: STRINGS,
  MacAddress: STRING,
  DriverOpts: TEXT_MAP,
  GwPriority: INT,
  NetworkID: STRING,
  EndpointID: STRING,
  Gateway: STRING,
  IPAddress: STRING,
  IPPrefixLen: INT,
  IPv6Gateway: STRING,
  GlobalIPv6Address: STRING,
  GlobalIPv6PrefixLen: INT,
  DNSNames: STRINGS,
})

export const NETWORK = structType('network.Inspect', {
  Name: STRING,
  ID: field(STRING, { json: 'Id' }),
  Created: STRING,
  Scope: STRING,
  Driver: STRING,
  EnableIPv4: BOOL,
  EnableIPv6: BOOL,
  IPAM: structType('network.IPAM', {
    Driver: STRING,
    Options: TEXT_MAP,
    Config: sliceOf(
      structType('network.IPAMConfig', {
        Subnet: field(STRING, optional),
        IPRange: field(STRING, optional),
        Gateway: field(STRING, optional),
        AuxAddress: field(TEXT_MAP, { json: 'AuxiliaryAddresses', omitEmpty: true }),
      }),
    ),
  }),
  Internal: BOOL,
  Attachable: BOOL,
  Ingress: BOOL,
  ConfigFrom: structType('network.ConfigReference', { Network: STRING }),
  ConfigOnly: BOOL,
  Containers: mapOf(
    structType('network.EndpointResource', {
      Name: STRING,
      EndpointID: STRING,
      MacAddress: STRING,
      IPv4Address: STRING,
      IPv6Address: STRING,
    }),
  ),
  Options: TEXT_MAP,
  Labels: TEXT_MAP,
  Peers: field(sliceOf(structType('network.PeerInfo', { Name: STRING, IP: STRING })), optional),
  Services: field(mapOf(ANY), optional),
})
