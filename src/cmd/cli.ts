import { readlinkSync } from 'node:fs'
import { homedir } from 'node:os'
import { cliMain, type Host } from '#cli'
import { VERSION } from './version.ts'

/** Everything that is no program of its own: the command line that speaks to an engine. */
export async function runCli(args: readonly string[]): Promise<void> {
  await cliMain(args, HOST, {
    get stdin() {
      return process.stdin
    },
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    home: homedir(),
    exit: code => process.exit(code),
  })
}

const HOST: Host = {
  version: VERSION,
  programs: {
    daemon: {
      summary: 'Serve the API and run containers',
      run: async args => (await import('./daemon/main.ts')).daemonMain(args),
    },
    doctor: {
      summary: 'Say what this host gives containers, or what leaked',
      run: async args => (await import('./doctor/main.ts')).doctorMain(args),
    },
    monitor: {
      summary: 'Keep the containers of one data root (started by the daemon)',
      run: async args => (await import('./monitor.ts')).monitorMain([...args]),
    },
    'registry collect': {
      summary: 'Remove what no tag of a registry keeps, while it goes on',
      run: async args => (await import('./registry/main.ts')).registryMain(['collect', ...args]),
    },
    'registry serve': {
      summary: 'Serve a registry of images',
      run: async args => (await import('./registry/main.ts')).registryMain(['serve', ...args]),
    },
    'system teardown': {
      summary: 'Stop everything of a data root and remove what the host holds for it',
      run: async args => (await import('./teardown.ts')).teardownMain(args),
    },
  },
  stopOutputProcessing,
  runCredentialProgram: async program => (await import('#linux')).runCredentialProgram(program),
  openManifestRegistry: async options => (await import('./manifests.ts')).openManifestRegistry(options),
}

async function stopOutputProcessing(): Promise<void> {
  const { findProgram, runTool } = await import('#linux')
  const stty = findProgram('stty')
  if (stty !== undefined) await runTool(stty, ['-F', readlinkSync('/proc/self/fd/0'), '-opost'])
}
