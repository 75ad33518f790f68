/**
 * Firewall rules as text for nft(8), all in one table of ours. Pure: what goes in are names and prefixes that were
 * parsed, never words of a user (SAFETY S104).
 */

export interface BridgeRules {
  readonly link: string
  readonly subnet: string
}

/**
 * The whole table, replaced at once. Containers reach out and are masqueraded; nothing from outside reaches them but
 * answers. The table stays when the daemon goes, so that the isolation does too.
 */
export function tableRules(table: string, bridge: BridgeRules): string {
  const link = `"${bridge.link}"`
  return `
add table inet ${table}
delete table inet ${table}
table inet ${table} {
  chain forward {
    type filter hook forward priority filter; policy accept;
    oifname ${link} ct state established,related accept
    iifname ${link} oifname ${link} accept
    oifname ${link} drop
  }
  chain postrouting {
    type nat hook postrouting priority srcnat; policy accept;
    ip saddr ${bridge.subnet} oifname != ${link} masquerade
  }
}
`
}

export function deleteTable(table: string): string {
  return `add table inet ${table}\ndelete table inet ${table}\n`
}

/**
 * A chain of another firewall that drops what it does not know: where a packet is dropped by one base chain, no
 * other can accept it, so that ours must be accepted there too. Docker's `DOCKER-USER` is made for such rules.
 */
export interface ForeignChain {
  readonly family: 'ip'
  readonly table: 'filter'
  readonly chain: 'DOCKER-USER' | 'FORWARD'
}

/** Rules as `iptables` would have made them, so that it can still list its table. */
export function passRules({ family, table, chain }: ForeignChain, bridge: string): string {
  return ['oifname', 'iifname']
    .map(side => `insert rule ${family} ${table} ${chain} ${side} "${bridge}" counter accept\n`)
    .join('')
}
