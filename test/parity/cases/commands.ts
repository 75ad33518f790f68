import { docker, finished, get, type ParityCase, post, running } from '../case.ts'

const ROWS =
  '{{.Names}}|{{.Image}}|{{.Command}}|{{.Status}}|{{.State}}|{{.Ports}}|{{.Networks}}|{{.Mounts}}|{{.Labels}}'

/** Commands that Gantry refuses by name; each is a case of its own, so that one that is done is one line less. */
const REFUSED: readonly (readonly string[])[] = [
  ['volume', 'create', '{c}'],
  ['network', 'create', '{c}'],
]

export const REFUSED_COMMANDS: readonly ParityCase[] = REFUSED.map(args => ({
  name: `missing: docker ${args.filter(arg => /^[a-z]+$/.test(arg)).join(' ')}`,
  steps: [...running(), docker(...args)],
}))

/** Commands of the docker command line beside `run`. */
export const COMMAND_CASES: readonly ParityCase[] = [
  {
    name: 'command: ps',
    steps: [
      ...running({ Labels: { a: 'b' }, ExposedPorts: { '80/tcp': {} } }),
      docker('ps', '--filter', 'name={c}', '--format', ROWS),
      docker('ps', '-a', '--filter', 'name={c}', '--filter', 'status=exited', '--format', ROWS),
      docker('ps', '-q', '--no-trunc', '--filter', 'name={c}'),
      docker('ps', '--filter', 'status=nope'),
      docker('ps', '--filter', 'nope=x'),
      docker('ps', '-s', '--filter', 'name={c}', '--format', '{{.Size}}'),
    ],
  },
  {
    name: 'command: stop, kill and rm',
    steps: [
      ...running(),
      docker('rm', '{c}'),
      docker('kill', '-s', 'NOPE', '{c}'),
      docker('stop', '-t', '5', '{c}'),
      docker('stop', '{c}'),
      docker('kill', '{c}'),
      docker('start', '{c}', 'nope'),
      docker('rm', '-f', '{c}', 'nope'),
      docker('rm', 'nope'),
      docker('wait', 'nope'),
      docker('inspect', 'nope'),
    ],
  },
  {
    name: 'command: inspect',
    steps: [
      ...finished('exit 2'),
      docker('inspect', '-f', '{{.State.Status}} {{.State.ExitCode}} {{.Name}}', '{c}'),
      docker('inspect', '-s', '-f', '{{.SizeRw}}', '{c}'),
      docker('inspect', '--type', 'image', '{c}'),
      docker('container', 'inspect', '{c}', { view: 'shape' }),
      docker('image', 'inspect', 'busybox', { view: 'shape' }),
    ],
  },
  {
    name: 'command: images',
    steps: [
      post('/images/load?quiet=1', undefined, { archive: 'tags:{c}-o', label: 'load' }),
      docker('tag', '{c}-o:one', '{c}:x'),
      docker('images', '{c}', '--format', '{{.Repository}}:{{.Tag}} {{.ID}} {{.Digest}}'),
      docker('images', '-q', '--no-trunc', '{c}'),
      docker('images', '--filter', 'nope=x'),
      docker('history', '{c}:x', '--no-trunc', '--format', '{{.ID}} {{.CreatedBy}} {{.Comment}}'),
      docker('rmi', '{c}:x'),
      docker('rmi', '{c}:x'),
      docker('tag', 'nope', '{c}:x'),
      docker('tag', 'busybox', 'UPPER'),
    ],
  },
  ...REFUSED_COMMANDS,
  {
    name: 'command: version and info',
    steps: [
      docker('version', '--format', '{{.Server.Os}}/{{.Server.Arch}} {{.Client.APIVersion}}'),
      docker('info', '--format', '{{.OSType}} {{.Architecture}} {{.NCPU}} {{.MemTotal}} {{.LoggingDriver}}'),
    ],
  },
  {
    name: 'command: old API by its environment',
    steps: [
      post('/containers/create?name={c}', { Image: 'busybox', Cmd: ['true'] }, { label: 'create' }),
      docker('start', '-a', '{c}'),
      get('/containers/{c}/json', { pick: ['State.ExitCode'] }),
    ],
  },
]
