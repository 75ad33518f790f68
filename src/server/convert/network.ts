import type { Network as NetworkResponse } from '#api'
import type { ContainerRecord } from '#engine'
import type { Network, Sandbox } from '#network'

/** An item of `GET /networks` and the answer of `GET /networks/{id}`, which also lists containers. */
export function inspectNetworkObject(
  network: Network,
  containers: readonly { readonly record: ContainerRecord; readonly sandbox: Sandbox }[],
): NetworkResponse {
  const { bridge } = network
  return {
    Name: network.name,
    Id: network.id,
    Created: network.created,
    Scope: 'local',
    Driver: network.driver,
    EnableIPv4: true,
    EnableIPv6: false,
    IPAM: {
      Driver: 'default',
      Options: null,
      Config: bridge === undefined ? null : [{ Subnet: bridge.subnet, Gateway: bridge.gateway }],
    },
    Internal: false,
    Attachable: false,
    Ingress: false,
    ConfigFrom: { Network: '' },
    ConfigOnly: false,
    Containers: Object.fromEntries(
      containers.map(({ record, sandbox }) => [record.id, networkContainer(record, sandbox)]),
    ),
    Options: bridge === undefined ? {} : bridgeOptions(bridge),
    Labels: {},
  }
}

function networkContainer(record: ContainerRecord, { endpoint }: Sandbox) {
  return {
    Name: record.name,
    EndpointID: endpoint?.id ?? '',
    MacAddress: endpoint?.mac ?? '',
    IPv4Address: endpoint === undefined ? '' : `${endpoint.address}/${endpoint.bits}`,
    IPv6Address: '',
  }
}

function bridgeOptions(bridge: NonNullable<Network['bridge']>): Record<string, string> {
  return {
    'com.docker.network.bridge.default_bridge': 'true',
    'com.docker.network.bridge.enable_icc': 'true',
    'com.docker.network.bridge.enable_ip_masquerade': 'true',
    'com.docker.network.bridge.host_binding_ipv4': '0.0.0.0',
    'com.docker.network.bridge.name': bridge.link,
    'com.docker.network.driver.mtu': String(bridge.mtu),
  }
}
