/** Where the entries of this program are: beside this file, as sources in a checkout and as a bundle when installed. */
export function entryPath(name: 'main' | 'worker'): string {
  const extension = import.meta.filename.endsWith('.ts') ? 'ts' : 'js'
  return `${import.meta.dirname}/${name}.${extension}`
}
