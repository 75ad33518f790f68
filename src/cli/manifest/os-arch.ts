/** What an image may be said to be for: what Docker's `manifest annotate` lets pass. */
const ARCHITECTURES: Readonly<Record<string, readonly string[]>> = {
  darwin: ['386', 'amd64', 'arm', 'arm64'],
  dragonfly: ['amd64'],
  freebsd: ['386', 'amd64', 'arm'],
  linux: ['386', 'amd64', 'arm', 'arm64', 'mips64', 'mips64le', 'ppc64le', 'riscv64', 's390x'],
  netbsd: ['386', 'amd64', 'arm'],
  openbsd: ['386', 'amd64', 'arm'],
  plan9: ['386', 'amd64'],
  solaris: ['amd64'],
  windows: ['386', 'amd64'],
}

/** Docker does not know these yet, and images for them are made. */
const NEWER: Readonly<Record<string, readonly string[]>> = {
  linux: ['loong64'],
  windows: ['arm64'],
}

export function isKnownPlatform(os: string, architecture: string): boolean {
  return [ARCHITECTURES, NEWER].some(table => Object.hasOwn(table, os) && table[os]?.includes(architecture) === true)
}
