/** More than any machine has. */
const NUMBER_MAX = 8192

/** Whether every number of a list such as `0-3,7` is in another; undefined where it is no such list. */
export function coversList(available: string, list: string): boolean | undefined {
  const asked = parseList(list)
  const there = parseList(available) ?? new Set()
  return asked === undefined ? undefined : [...asked].every(number => there.has(number))
}

function parseList(list: string): Set<number> | undefined {
  const numbers = new Set<number>()
  for (const part of list.split(',')) {
    const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(part)
    const [first, last] = [Number(match?.[1]), Number(match?.[2] ?? match?.[1])]
    if (match === null || last < first || last > NUMBER_MAX) return undefined
    for (let number = first; number <= last; number++) numbers.add(number)
  }
  return numbers
}
