import { NotFound } from '#lib/errors'
import { findProgram, runTool } from './tool.ts'

const TIMEOUT_MS = 10_000

/** Loads a ruleset in nft's own language, all or nothing. The text is built from parsed values only (SAFETY S104). */
export async function applyRuleset(ruleset: string): Promise<void> {
  await runTool(nftProgram(), ['-f', '-'], { input: ruleset, timeout: TIMEOUT_MS })
}

/** Names of the tables of one family. */
export async function listTables(family: 'inet' | 'ip' | 'ip6'): Promise<string[]> {
  const listed = JSON.parse(await runTool(nftProgram(), ['-j', 'list', 'tables', family], { timeout: TIMEOUT_MS })) as {
    nftables: { table?: { name: string } }[]
  }
  return listed.nftables.flatMap(item => (item.table === undefined ? [] : [item.table.name]))
}

/** Chains and rules of a table as nft prints them with `-j`, handles included. */
export async function listTable(family: string, table: string): Promise<NftObject[]> {
  const listed = JSON.parse(
    await runTool(nftProgram(), ['-j', 'list', 'table', family, table], { timeout: TIMEOUT_MS }),
  ) as {
    nftables: NftObject[]
  }
  return listed.nftables
}

/** What `gantry` reads of nft's JSON (libnftables-json(5)). */
export interface NftObject {
  readonly chain?: { readonly name: string; readonly hook?: string; readonly policy?: string; readonly type?: string }
  readonly rule?: { readonly chain: string; readonly handle: number; readonly comment?: string }
  readonly set?: { readonly name: string; readonly elem?: readonly unknown[] }
  readonly map?: { readonly name: string; readonly elem?: readonly unknown[] }
}

export function nftProgram(): string {
  const path = findProgram('nft')
  if (path === undefined) throw new NotFound('nft is not installed', { fix: 'apt-get install nftables' })
  return path
}
