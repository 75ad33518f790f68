import type { LinuxSeccomp, SeccompArchitecture, SeccompRule } from '#oci'
import {
  ALLOWED_ON_ARM,
  ALLOWED_ON_X86,
  ALLOWED_PERSONALITIES,
  ALLOWED_SINCE_4_8,
  ALLOWED_WITH_CAPABILITY,
  ALWAYS_ALLOWED,
  CLONE_NAMESPACE_FLAGS,
  DENIED_SOCKET_FAMILIES,
} from './seccomp-policy.ts'

const EPERM = 1
const ENOSYS = 38

/** What the policy depends on. */
export interface SeccompHost {
  /** As `uname -m` prints it. */
  readonly machine: string
}

/** The machine's own architecture first, then those whose programs it runs as well. */
const ARCHITECTURES: Readonly<Record<string, readonly SeccompArchitecture[]>> = {
  x86_64: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86', 'SCMP_ARCH_X32'],
  aarch64: ['SCMP_ARCH_AARCH64', 'SCMP_ARCH_ARM'],
}

/**
 * The default policy for a container with these capabilities, resolved to what an OCI runtime understands: Docker's
 * profile format knows conditions on capabilities and architectures, the runtime spec does not.
 */
export function defaultSeccomp(capabilities: readonly string[], host: SeccompHost): LinuxSeccomp {
  const held = new Set(capabilities)
  const allowed = new Set([...ALWAYS_ALLOWED, ...ALLOWED_SINCE_4_8, ...forMachine(host.machine)])
  for (const [capability, names] of Object.entries(ALLOWED_WITH_CAPABILITY)) {
    if (held.has(capability)) for (const name of names) allowed.add(name)
  }
  return {
    defaultAction: 'SCMP_ACT_ERRNO',
    defaultErrnoRet: EPERM,
    architectures: ARCHITECTURES[host.machine] ?? [],
    syscalls: [
      { names: [...allowed], action: 'SCMP_ACT_ALLOW' },
      ...socketRules(),
      ...ALLOWED_PERSONALITIES.map(personalityRule),
      ...(held.has('CAP_SYS_ADMIN') ? [] : cloneRules()),
    ],
  }
}

function forMachine(machine: string): readonly string[] {
  if (machine === 'x86_64') return ALLOWED_ON_X86
  return machine === 'aarch64' ? ALLOWED_ON_ARM : []
}

/** Allows every family below, between and above the denied ones: several conditions on one argument cannot be joined. */
function socketRules(): SeccompRule[] {
  const [lower = 0, upper = 0] = DENIED_SOCKET_FAMILIES
  const rule = (op: 'SCMP_CMP_LT' | 'SCMP_CMP_EQ' | 'SCMP_CMP_GT', value: number): SeccompRule => ({
    names: ['socket'],
    action: 'SCMP_ACT_ALLOW',
    args: [{ index: 0, value, op }],
  })
  return [rule('SCMP_CMP_LT', lower), rule('SCMP_CMP_EQ', lower + 1), rule('SCMP_CMP_GT', upper)]
}

function personalityRule(value: number): SeccompRule {
  return { names: ['personality'], action: 'SCMP_ACT_ALLOW', args: [{ index: 0, value, op: 'SCMP_CMP_EQ' }] }
}

/** clone without new namespaces; clone3, whose flags no filter can see, "is not there" so that callers fall back. */
function cloneRules(): SeccompRule[] {
  return [
    {
      names: ['clone'],
      action: 'SCMP_ACT_ALLOW',
      args: [{ index: 0, value: CLONE_NAMESPACE_FLAGS, valueTwo: 0, op: 'SCMP_CMP_MASKED_EQ' }],
    },
    { names: ['clone3'], action: 'SCMP_ACT_ERRNO', errnoRet: ENOSYS },
  ]
}
