import type { ListedPort } from '#api'

interface Group {
  readonly ip: string
  readonly type: string
  first: number
  last: number
}

/** `0.0.0.0:80->80/tcp, 9000-9002/udp`: ports that follow one another and mean the same are one range. */
export function portsText(ports: readonly ListedPort[]): string {
  const groups = new Map<string, Group>()
  const closed: string[] = []
  const mapped: string[] = []
  for (const port of ports.toSorted(byPort)) {
    const { IP: ip = '', PrivatePort: inside, PublicPort: outside, Type: type } = port
    if (ip !== '' && outside !== inside) {
      mapped.push(`${hostPort(ip, String(outside))}->${inside}/${type}`)
      continue
    }
    const key = `${ip}/${type}`
    const group = groups.get(key)
    if (group !== undefined && inside === group.last + 1) group.last = inside
    else {
      if (group !== undefined) closed.push(groupText(group))
      groups.set(key, { ip, type, first: inside, last: inside })
    }
  }
  return [...closed, ...[...groups.values()].map(groupText), ...mapped].join(', ')
}

function groupText({ ip, type, first, last }: Group): string {
  const range = first === last ? String(first) : `${first}-${last}`
  return `${ip === '' ? range : `${hostPort(ip, range)}->${range}`}/${type}`
}

function hostPort(ip: string, port: string): string {
  return ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`
}

function byPort(a: ListedPort, b: ListedPort): number {
  return (
    a.PrivatePort - b.PrivatePort ||
    compare(a.IP ?? '', b.IP ?? '') ||
    (a.PublicPort ?? 0) - (b.PublicPort ?? 0) ||
    compare(a.Type, b.Type)
  )
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
