/**
 * A container's own settings over its image's. An entry without `=` stays, and takes the variable away when the
 * process starts; what images hold without `=` or a name means nothing (SAFETY S50).
 */
export function mergeEnvironment(image: readonly string[], own: readonly string[]): string[] {
  const names = new Set(own.map(entry => entry.split('=', 1)[0]))
  return [...own, ...image.filter(entry => entry.indexOf('=') > 0 && !names.has(entry.split('=', 1)[0]))]
}
