import { InvalidArgument } from '#lib/errors'
import { encodeName } from '#lib/tar/name'

/** A file name for the kernel: a string, or the bytes of a name that is not UTF-8. */
export type FileName = string | Uint8Array

const ZERO = Buffer.alloc(1)

/** C strings end at NUL: a path that holds one would name something else. */
export function refuseNul(path: string): void {
  if (path.includes('\0')) throw new InvalidArgument(`path ${JSON.stringify(path)} holds a NUL character`)
}

export function kernelName(name: string): FileName {
  refuseNul(name)
  return name.isWellFormed() ? name : Buffer.concat([encodeName(name), ZERO])
}
