/** The one entry: what runs is decided by the first word, and nothing else is loaded. */
const [command, subcommand] = process.argv.slice(2)

switch (command) {
  case 'monitor': {
    const { monitorMain } = await import('./monitor.ts')
    await monitorMain(process.argv.slice(3))
    break
  }
  case 'daemon': {
    const { daemonMain } = await import('./daemon/main.ts')
    await daemonMain(process.argv.slice(3))
    break
  }
  case 'doctor': {
    const { doctorMain } = await import('./doctor/main.ts')
    await doctorMain(process.argv.slice(3))
    break
  }
  case 'system': {
    if (subcommand === 'teardown') {
      const { teardownMain } = await import('./teardown.ts')
      await teardownMain(process.argv.slice(4))
    }
    break
  }
  default:
    process.stderr.write(`gantry: unknown command ${command ?? ''}\n`)
    process.exitCode = 125
}

export {}
