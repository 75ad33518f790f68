import type { SpecMount } from '#oci'
import type { SpecLimits, SpecNetwork } from './spec.ts'

/**
 * A container's process and its surroundings as its creator asked for them: decided, but with names (of users) and
 * folders that only the mounted root can say the meaning of.
 */
export interface ProcessSettings {
  readonly args: readonly string[]
  readonly env: readonly string[]
  readonly workingDir: string
  /** `USER[:GROUP]`, '' is root. */
  readonly user: string
  /** Undefined without a terminal; zeros leave its size to the first client. */
  readonly terminal: { readonly columns: number; readonly rows: number } | undefined
  readonly hostname: string
  readonly domainname: string
  readonly readonlyRootfs: boolean
  readonly mounts: readonly SpecMount[]
  readonly binds: readonly BindSettings[]
  /** Bytes. */
  readonly shmSize: number
  readonly network: SpecNetwork
  readonly limits: SpecLimits
}

/** A folder or file of the host for the container. */
export interface BindSettings {
  readonly source: string
  readonly destination: string
  readonly readonly: boolean
  readonly propagation: string
}
