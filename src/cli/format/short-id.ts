/** The 12 characters of an id that people see, without the name of its algorithm. */
export function truncatedId(id: string): string {
  const colon = id.indexOf(':')
  return id.slice(colon + 1, colon + 13)
}
