import { InvalidArgument } from '#lib/errors'

/**
 * Makes a request path from a template: `/containers/${id}/json`. Values are escaped, so that none can lead to
 * another route; `/`, `:` and `@` stay, for names of images.
 * @throws InvalidArgument where a value is empty: the path would name another resource.
 */
export function path(parts: TemplateStringsArray, ...values: readonly string[]): string {
  let text = parts[0] ?? ''
  for (const [index, value] of values.entries()) text += escapeName(value) + (parts[index + 1] ?? '')
  return text
}

function escapeName(name: string): string {
  if (name.trim() === '') throw new InvalidArgument('invalid name or ID: value is empty', { fix: 'name an object' })
  const segments = name.split('/')
  if (segments.some(segment => segment === '.' || segment === '..')) {
    throw new InvalidArgument(`invalid name or ID: ${name}`, { fix: 'name an object, not a path' })
  }
  return segments.map(segment => encodeURIComponent(segment).replaceAll('%3A', ':').replaceAll('%40', '@')).join('/')
}
