/**
 * Other firewalls on this host. Docker sets the policy of iptables' FORWARD chain to DROP, which drops our
 * containers' packets too: they have to be accepted there as well.
 */
import { applyRuleset, listTable, listTables, type NftObject } from '#linux'
import { type ForeignChain, passRules } from './firewall.ts'

/** Adds rules that let `bridge` pass where a foreign chain would drop it. */
export async function passForeignFirewalls(bridge: string): Promise<void> {
  const chain = await droppingChain()
  if (chain === undefined) return
  const rules = await foreignRules(chain, bridge)
  if (rules.length < 2) await applyRuleset(passRules(chain, bridge))
}

/** Takes our rules out of foreign chains again. */
export async function leaveForeignFirewalls(bridge: string): Promise<void> {
  const tables = await listTables('ip')
  if (!tables.includes('filter')) return
  for (const chain of ['DOCKER-USER', 'FORWARD'] as const) {
    const target = { family: 'ip', table: 'filter', chain } as const
    for (const handle of await foreignRules(target, bridge)) {
      await applyRuleset(`delete rule ip filter ${chain} handle ${handle}\n`)
    }
  }
}

/** Where our rules have to be: DOCKER-USER if there is one, which Docker never flushes. */
async function droppingChain(): Promise<ForeignChain | undefined> {
  if (!(await listTables('ip')).includes('filter')) return undefined
  const chains = (await listTable('ip', 'filter')).flatMap(object => (object.chain === undefined ? [] : [object.chain]))
  const forward = chains.find(chain => chain.name === 'FORWARD')
  if (forward?.policy !== 'drop') return undefined
  const chain = chains.some(({ name }) => name === 'DOCKER-USER') ? 'DOCKER-USER' : 'FORWARD'
  return { family: 'ip', table: 'filter', chain }
}

/** Handles of the rules in `chain` that name `bridge`: nobody but us makes any. */
async function foreignRules({ family, table, chain }: ForeignChain, bridge: string): Promise<number[]> {
  const objects: readonly NftObject[] = await listTable(family, table)
  return objects.flatMap(({ rule }) => {
    if (rule?.chain !== chain || !JSON.stringify(rule).includes(`"right":"${bridge}"`)) return []
    return [rule.handle]
  })
}
