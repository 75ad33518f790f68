import { InvalidArgument } from '#lib/errors'

const PORT_MAX = 65_535

/**
 * The ports that `EXPOSE` means by one word: `80`, `53/udp`, `8000-8010/tcp`; what stands before the last colon belongs
 * to the host and is not looked at. @throws InvalidArgument in Docker's words
 */
export function exposedPorts(word: string): string[] {
  const text = word.slice(word.lastIndexOf(':') + 1)
  const slash = text.indexOf('/')
  const range = slash < 0 ? text : text.slice(0, slash)
  const protocol = (slash < 0 ? '' : text.slice(slash + 1)).toLowerCase() || 'tcp'
  if (range === '') throw new InvalidArgument(`no port specified: ${word}<empty>`)
  if (!['tcp', 'udp', 'sctp'].includes(protocol)) throw new InvalidArgument(`invalid proto: ${protocol}`)
  const [, first = '', last = first] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(range) ?? []
  const [from, to] = [Number(first), Number(last)]
  if (first === '' || from < 0 || to > PORT_MAX || from > to) {
    throw new InvalidArgument(`invalid containerPort: ${range}`)
  }
  return Array.from({ length: to - from + 1 }, (_, i) => `${from + i}/${protocol}`)
}
