/** Docker's: where an image says nothing, programs are found here. */
const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/**
 * The environment of a container's process: PATH, HOSTNAME, TERM and HOME where it does not set them itself. Later
 * settings of one name win and keep the place of the first, as with Docker. An entry without `=` takes a variable
 * away; one without a name means nothing (SAFETY S50).
 */
export function processEnvironment(
  env: readonly string[],
  facts: { readonly hostname: string; readonly terminal: boolean; readonly home: string },
): string[] {
  const values = new Map<string, string>([
    ['PATH', DEFAULT_PATH],
    ['HOSTNAME', facts.hostname],
    ...(facts.terminal ? ([['TERM', 'xterm']] as const) : []),
  ])
  for (const entry of env) {
    const at = entry.indexOf('=')
    if (at > 0) values.set(entry.slice(0, at), entry.slice(at + 1))
    else if (at < 0) values.delete(entry)
  }
  if (!values.has('HOME')) values.set('HOME', facts.home)
  return [...values].map(([name, value]) => `${name}=${value}`)
}
