import { EndpointSettings } from '../network/endpoint.request.ts'
import { map, object, type Read } from '../schema.ts'
import { configFields } from './config.request.ts'
import { HostConfig, RestartPolicy } from './host-config.request.ts'
import { resourceFields } from './resources.request.ts'

export const NetworkingConfig = object('NetworkingConfig', {
  /** By name or id of the network. */
  EndpointsConfig: map(EndpointSettings),
})

/**
 * The body of `POST /containers/create`. dockerd refuses a body without any field of the config: `config cannot be
 * empty in order to create a container`.
 */
export const ContainerCreateRequest = object('ContainerCreateRequest', {
  ...configFields,
  HostConfig,
  NetworkingConfig,
})
export type ContainerCreateRequest = Read<typeof ContainerCreateRequest>

/** The body of `POST /containers/{id}/update`. */
export const ContainerUpdateRequest = object('ContainerUpdateRequest', { ...resourceFields, RestartPolicy })
export type ContainerUpdateRequest = Read<typeof ContainerUpdateRequest>
