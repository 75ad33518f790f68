import { docker, type ParityCase } from '../case.ts'

export const RUN_CASES: readonly ParityCase[] = [
  {
    name: 'run: exit code and streams',
    steps: [docker('run', '--rm', 'busybox', 'sh', '-c', 'echo out; echo err >&2; exit 42')],
  },
]
