import { closeSync, openSync, readFileSync, rmSync } from 'node:fs'
import koffi from 'koffi'
import { SystemError } from '#lib/errors'

/** What `compileSeccomp` reads of a policy; the runtime spec's `linux.seccomp` fits. */
export interface SeccompPolicy {
  readonly defaultAction: string
  readonly defaultErrnoRet?: number
  readonly architectures?: readonly string[]
  readonly syscalls?: readonly {
    readonly names: readonly string[]
    readonly action: string
    readonly errnoRet?: number
    readonly args?: readonly {
      readonly index: number
      readonly value: number | bigint
      readonly valueTwo?: number | bigint
      readonly op: string
    }[]
  }[]
}

interface Library {
  readonly init: (action: number) => bigint | null
  readonly release: (context: bigint) => void
  readonly archAdd: (context: bigint, arch: number) => number
  readonly archRemove: (context: bigint, arch: number) => number
  readonly archNative: () => number
  readonly resolveName: (name: string) => number
  readonly resolveNumber: (arch: number, number: number) => string | null
  readonly ruleAdd: (context: bigint, action: number, number: number, count: number, args: Uint8Array) => number
  readonly setAttribute: (context: bigint, attribute: number, value: number) => number
  readonly exportBpf: (context: bigint, fd: number) => number
}

/** AUDIT_ARCH_* of linux/audit.h, which libseccomp uses as its tokens (x32 is x86-64 with a mark of its own). */
const ARCHITECTURES: Readonly<Record<string, number>> = {
  SCMP_ARCH_X86_64: 0xc000003e,
  SCMP_ARCH_X86: 0x40000003,
  SCMP_ARCH_X32: 0x4000003e,
  SCMP_ARCH_AARCH64: 0xc00000b7,
  SCMP_ARCH_ARM: 0x40000028,
}

const ACT_ALLOW = 0x7fff0000
const ACT_ERRNO = 0x00050000
const ACTIONS: Readonly<Record<string, (errno: number) => number>> = {
  SCMP_ACT_ALLOW: () => ACT_ALLOW,
  SCMP_ACT_ERRNO: errno => ACT_ERRNO | errno,
  SCMP_ACT_KILL: () => 0,
  SCMP_ACT_KILL_THREAD: () => 0,
  SCMP_ACT_KILL_PROCESS: () => 0x80000000,
  SCMP_ACT_TRAP: () => 0x00030000,
  SCMP_ACT_LOG: () => 0x7ffc0000,
}

const OPERATORS: Readonly<Record<string, number>> = {
  SCMP_CMP_NE: 1,
  SCMP_CMP_LT: 2,
  SCMP_CMP_LE: 3,
  SCMP_CMP_EQ: 4,
  SCMP_CMP_GE: 5,
  SCMP_CMP_GT: 6,
  SCMP_CMP_MASKED_EQ: 7,
}

const EPERM = 1
const ENOSYS = 38
const UNKNOWN_SYSCALL = -1
const ARGUMENT_BYTES = 24
const SCMP_FLTATR_CTL_OPTIMIZE = 8
const OPTIMIZE_BY_TREE = 2
/** Above every syscall number of any architecture that this knows. */
const SYSCALL_NUMBER_MAX = 700

/** libseccomp, which every host with crun or runc has; undefined where it cannot be loaded. */
function loadLibrary(): Library | undefined {
  try {
    const library = koffi.load('libseccomp.so.2')
    return {
      init: library.func('void* seccomp_init(uint32_t)'),
      release: library.func('void seccomp_release(void*)'),
      archAdd: library.func('int seccomp_arch_add(void*, uint32_t)'),
      archRemove: library.func('int seccomp_arch_remove(void*, uint32_t)'),
      archNative: library.func('uint32_t seccomp_arch_native()'),
      resolveName: library.func('int seccomp_syscall_resolve_name(const char*)'),
      resolveNumber: library.func('char* seccomp_syscall_resolve_num_arch(uint32_t, int)'),
      ruleAdd: library.func('int seccomp_rule_add_array(void*, uint32_t, int, unsigned int, void*)'),
      setAttribute: library.func('int seccomp_attr_set(void*, int, uint32_t)'),
      exportBpf: library.func('int seccomp_export_bpf(void*, int)'),
    }
  } catch {
    return undefined
  }
}

/**
 * A policy as the BPF program that the kernel runs (seccomp(2)), so that a runtime need not compile it anew for every
 * container, which takes it longer than everything else together. `scratch` is the path of a file to be made and
 * removed. Undefined where libseccomp is missing or does not know the policy's words.
 *
 * Syscalls that are newer than the library get ENOSYS instead of the policy's own error: programs fall back on
 * ENOSYS, and give up on EPERM.
 */
export function compileSeccomp(policy: SeccompPolicy, scratch: string): Buffer | undefined {
  const library = loadLibrary()
  const fallback = ACTIONS[policy.defaultAction]?.(policy.defaultErrnoRet ?? EPERM)
  if (library === undefined || fallback === undefined) return undefined
  const context = library.init(fallback)
  if (context === null) return undefined
  try {
    if (!addArchitectures(library, context, policy) || !addRules(library, context, policy, fallback)) return undefined
    library.setAttribute(context, SCMP_FLTATR_CTL_OPTIMIZE, OPTIMIZE_BY_TREE)
    return Buffer.concat([newSyscallPrologue(library, policy), exportProgram(library, context, scratch)])
  } finally {
    library.release(context)
  }
}

function addArchitectures(library: Library, context: bigint, policy: SeccompPolicy): boolean {
  const wanted = (policy.architectures ?? []).map(name => ARCHITECTURES[name])
  for (const arch of wanted) {
    if (arch === undefined) return false
    library.archAdd(context, arch) // EEXIST for the native one.
  }
  return true
}

function addRules(library: Library, context: bigint, policy: SeccompPolicy, fallback: number): boolean {
  for (const rule of policy.syscalls ?? []) {
    const action = ACTIONS[rule.action]?.(rule.errnoRet ?? EPERM)
    const args = encodeArguments(rule.args ?? [])
    if (action === undefined || args === undefined) return false
    if (action === fallback) continue // The library refuses rules that say what the default says.
    for (const name of rule.names) {
      const number = library.resolveName(name)
      if (number === UNKNOWN_SYSCALL) continue
      const result = library.ruleAdd(context, action, number, rule.args?.length ?? 0, args)
      if (result !== 0) throw new SystemError(`libseccomp refuses a rule for ${name} (error ${-result})`)
    }
  }
  return true
}

/** struct scmp_arg_cmp: index, operator, two 64-bit values. */
function encodeArguments(
  args: NonNullable<NonNullable<SeccompPolicy['syscalls']>[number]['args']>,
): Buffer | undefined {
  const encoded = Buffer.alloc(Math.max(1, args.length) * ARGUMENT_BYTES)
  for (const [at, { index, value, valueTwo = 0, op }] of args.entries()) {
    const operator = OPERATORS[op]
    if (operator === undefined) return undefined
    encoded.writeUInt32LE(index, at * ARGUMENT_BYTES)
    encoded.writeUInt32LE(operator, at * ARGUMENT_BYTES + 4)
    encoded.writeBigUInt64LE(BigInt(value), at * ARGUMENT_BYTES + 8)
    encoded.writeBigUInt64LE(BigInt(valueTwo), at * ARGUMENT_BYTES + 16)
  }
  return encoded
}

function exportProgram(library: Library, context: bigint, scratch: string): Buffer {
  const fd = openSync(scratch, 'w', 0o600)
  try {
    const result = library.exportBpf(context, fd)
    if (result !== 0) throw new SystemError(`libseccomp cannot compile the policy (error ${-result})`)
    return readFileSync(scratch)
  } finally {
    closeSync(fd)
    rmSync(scratch, { force: true })
  }
}

const BPF_LOAD_WORD = 0x20
const BPF_JUMP_EQUAL = 0x15
const BPF_JUMP_GREATER = 0x25
const BPF_RETURN = 0x06
const OFFSET_NUMBER = 0
const OFFSET_ARCH = 4
/** x32 numbers carry this bit and are far above all others. */
const X32_BIT = 0x40000000

/**
 * For each architecture: numbers above the last one that libseccomp can name return ENOSYS. Five instructions each:
 * load arch; if it is this one, load the number; if above the last and no x32 number, return ENOSYS.
 */
function newSyscallPrologue(library: Library, policy: SeccompPolicy): Buffer {
  const blocks: Buffer[] = []
  for (const name of policy.architectures ?? []) {
    const arch = ARCHITECTURES[name]
    if (arch === undefined || name === 'SCMP_ARCH_X32') continue
    const last = lastKnownSyscall(library, arch)
    if (last === undefined) continue
    blocks.push(
      instruction(BPF_LOAD_WORD, 0, 0, OFFSET_ARCH),
      instruction(BPF_JUMP_EQUAL, 0, 4, arch),
      instruction(BPF_LOAD_WORD, 0, 0, OFFSET_NUMBER),
      instruction(BPF_JUMP_GREATER, 0, 2, last),
      instruction(BPF_JUMP_GREATER, 1, 0, X32_BIT - 1),
      instruction(BPF_RETURN, 0, 0, ACT_ERRNO | ENOSYS),
    )
  }
  return Buffer.concat(blocks)
}

function lastKnownSyscall(library: Library, arch: number): number | undefined {
  for (let number = SYSCALL_NUMBER_MAX; number > 0; number--) {
    if (library.resolveNumber(arch, number) !== null) return number
  }
  return undefined
}

/** struct sock_filter: code, jump if true, jump if false, constant. */
function instruction(code: number, ifTrue: number, ifFalse: number, constant: number): Buffer {
  const encoded = Buffer.alloc(8)
  encoded.writeUInt16LE(code, 0)
  encoded.writeUInt8(ifTrue, 2)
  encoded.writeUInt8(ifFalse, 3)
  encoded.writeUInt32LE(constant >>> 0, 4)
  return encoded
}
