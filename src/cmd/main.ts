/** The one entry: what runs is decided by the first words, and nothing else is loaded. */
const [command, second] = process.argv.slice(2)

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
  case 'registry': {
    const { registryMain } = await import('./registry/main.ts')
    await registryMain(process.argv.slice(3))
    break
  }
  default:
    if (command === 'system' && second === 'teardown') {
      const { teardownMain } = await import('./teardown.ts')
      await teardownMain(process.argv.slice(4))
    } else {
      const { runCli } = await import('./cli.ts')
      await runCli(process.argv.slice(2))
    }
}

export {}
