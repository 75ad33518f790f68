/** How much of a client's own key is repeated in a message. */
const KEY_SHOWN_MAX = 64

/** `HostConfig` and `Memory` make `HostConfig.Memory`. */
export function fieldPath(parent: string, field: string): string {
  return parent === '' ? field : `${parent}.${field}`
}

/** `Labels` and `a b` make `Labels["a b"]`. */
export function keyPath(parent: string, key: string): string {
  return `${parent}["${shortened(key)}"]`
}

/** `Env` and 3 make `Env[3]`. */
export function indexPath(parent: string, index: number): string {
  return `${parent}[${index}]`
}

/** A client's text as it may stand in a message: escaped, and cut where it is long. */
export function shortened(text: string): string {
  const cut = text.length > KEY_SHOWN_MAX ? `${text.slice(0, KEY_SHOWN_MAX)}...` : text
  return JSON.stringify(cut).slice(1, -1)
}
