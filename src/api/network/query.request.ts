import { filters, goBool, object, type Read, string } from '../schema.ts'

export const NetworkListQuery = object('NetworkListQuery', { filters: filters() })
export type NetworkListQuery = Read<typeof NetworkListQuery>

export const NetworkInspectQuery = object('NetworkInspectQuery', { verbose: goBool(), scope: string() })
export type NetworkInspectQuery = Read<typeof NetworkInspectQuery>

export const NetworkPruneQuery = object('NetworkPruneQuery', { filters: filters() })
export type NetworkPruneQuery = Read<typeof NetworkPruneQuery>

/** The keys that a list of networks may be filtered by. */
export const NETWORK_LIST_FILTERS = ['dangling', 'driver', 'id', 'label', 'name', 'scope', 'type'] as const
