import { type ApiStep, del, docker, get, type ParityCase, read, running, type Step, start, until, write } from '../case.ts'

const FILES = [
  'mkdir -p /w/dir/sub /w/other /w/-odd && cd /w',
  'echo one > file && echo two > dir/a && echo three > dir/sub/b && ln dir/a dir/hard',
  'ln -s file link && ln -s dir dirlink && ln -s nowhere broken && ln -s ../../../../etc/passwd up && ln -s loop loop',
  'ln -s /w/dir abslink && mkfifo fifo && chmod 4751 file && chmod 1777 other && chown 12:34 dir/a',
  'touch -d @1000000000 file dir/a dir/hard dir/sub/b dir/sub dir other',
].join(' && ')

/** `{c}`, running, with files of every kind below /w. */
function withFiles(config: Parameters<typeof running>[0] = {}): Step[] {
  const Cmd = ['sh', '-c', `${FILES}; echo ready; sleep 1000`]
  return running({ ...config, Cmd })
}

const archive = (path: string) => `/containers/{c}/archive?path=${encodeURIComponent(path)}`

const stat = (path: string): ApiStep => ({
  do: 'api',
  method: 'HEAD',
  path: archive(path),
  showHeaders: true,
  label: `stat ${path}`,
})

const fetched = (path: string): ApiStep => get(archive(path), { showHeaders: true, view: 'tar', label: `get ${path}` })

function put(path: string, what: string, more = ''): ApiStep {
  return { do: 'api', method: 'PUT', path: `${archive(path)}${more}`, archive: what, label: `put ${what} ${path}${more}` }
}

const tree = (path: string): Step =>
  docker('exec', '{c}', 'sh', '-c', `cd ${path} && find . | sort | xargs stat -c "%n %F %a %u:%g %N"`, {
    label: `tree ${path}`,
  })

const PATHS = [
  '/w/file',
  'w/file',
  '/w/file/',
  '/w/file/.',
  '/w/dir',
  '/w/dir/',
  '/w/dir/.',
  '/w/dir/..',
  '/w/link',
  '/w/dirlink',
  '/w/dirlink/',
  '/w/dirlink/.',
  '/w/dirlink/a',
  '/w/abslink/sub',
  '/w/broken',
  '/w/up',
  '/w/loop',
  '/w/loop/x',
  '/w/fifo',
  '/w/nope',
  '/w/nope/',
  '/w/file/x',
  '../../w/file',
  '',
]

/** What `docker cp` and its part of the API do. */
export const COPY_CASES: readonly ParityCase[] = [
  { name: 'copy: stat', steps: [...withFiles(), ...[...PATHS, '/', '.'].map(stat)] },
  { name: 'copy: get', steps: [...withFiles(), ...PATHS.filter(path => path !== '/w/dir/..').map(fetched)] },
  {
    name: 'copy: put',
    steps: [
      ...withFiles(),
      put('/w/other', 'copied'),
      tree('/w/other'),
      put('/w/dirlink', 'copied'),
      tree('/w/dir'),
      put('/w/file', 'copied'),
      put('/w/file/', 'copied'),
      put('/w/nope', 'copied'),
      put('/w/link', 'copied'),
      put('/w/broken', 'copied'),
      put('/w/loop', 'copied'),
      put('', 'copied'),
      put('/w', 'garbage'),
      del('/containers/{c}?force=1'),
      put('/w', 'copied'),
    ],
  },
  {
    name: 'copy: put over what is there',
    steps: [
      ...withFiles(),
      put('/w', 'copied:file-over-dir', '&noOverwriteDirNonDir=1'),
      put('/w', 'copied:dir-over-file', '&noOverwriteDirNonDir=1'),
      put('/w', 'copied:dir-over-link', '&noOverwriteDirNonDir=1'),
      put('/w', 'copied:through-link', '&noOverwriteDirNonDir=1'),
      tree('/w'),
      put('/w', 'copied:dir-over-file'),
      put('/w', 'copied:file-over-dir'),
      put('/w', 'copied:dir-over-link'),
      put('/w', 'copied:file-over-link'),
      put('/w', 'copied:out'),
      put('/w', 'copied:hard'),
      put('/w', 'copied:root'),
      put('/w', 'copied:gzip'),
      tree('/w'),
    ],
  },
  {
    name: 'copy: whose files they are',
    steps: [
      ...withFiles({ User: '0' }),
      put('/w/other', 'copied', '&copyUIDGID=1'),
      tree('/w/other'),
      docker('rm', '-f', '{c}'),
      ...running({ User: 'user' }),
      put('/tmp', 'copied', '&copyUIDGID=1'),
      tree('/tmp'),
    ],
  },
  {
    name: 'copy: read-only',
    steps: [
      ...running({ HostConfig: { ReadonlyRootfs: true, Binds: ['{dir}:/ro:ro', '{dir}/rw:/rw'] } }),
      put('/etc', 'copied'),
      put('/ro', 'copied'),
      put('/rw', 'copied'),
      put('/dev', 'copied'),
      read('{dir}/rw'),
      docker('stop', '-t', '0', '{c}'),
      put('/etc', 'copied'),
      put('/ro', 'copied'),
      put('/rw', 'copied'),
      fetched('/ro'),
    ],
  },
  {
    name: 'copy: one that does not run',
    steps: [
      ...withFiles({ HostConfig: { Binds: ['{dir}/b:/mnt/deep/b'] } }),
      docker('kill', '{c}'),
      until(),
      put('/w/other', 'copied'),
      put('/mnt/deep/b', 'copied'),
      read('{dir}/b/copied'),
      fetched('/w/other'),
      fetched('/mnt'),
      stat('/w/dirlink'),
      start,
      until('ready'),
      tree('/w/other'),
    ],
  },
  {
    name: 'copy: calls that cannot be',
    steps: [
      ...running(),
      get('/containers/nope/archive?path=/', { label: 'get of none' }),
      { do: 'api', method: 'HEAD', path: '/containers/nope/archive?path=/', label: 'stat of none' },
      { do: 'api', method: 'PUT', path: '/containers/nope/archive?path=/', archive: 'copied', label: 'put to none' },
      get('/containers/{c}/archive', { label: 'get without a path' }),
      { do: 'api', method: 'HEAD', path: '/containers/{c}/archive', label: 'stat without a path' },
      { do: 'api', method: 'PUT', path: '/containers/{c}/archive', archive: 'copied', label: 'put without a path' },
      put('/etc/hosts', 'copied'),
      put('/', 'copied:hosts'),
      put('/proc', 'copied'),
    ],
  },
  {
    name: 'copy: docker cp to a container',
    steps: [
      ...withFiles(),
      write('{dir}/file', 'from the host\n'),
      write('{dir}/tree/x', 'x\n'),
      write('{dir}/tree/y/z', 'z\n'),
      docker('cp', '{dir}/file', '{c}:/w/new'),
      docker('cp', '{dir}/file', '{c}:/w/file'),
      docker('cp', '{dir}/file', '{c}:/w/other'),
      docker('cp', '{dir}/file', '{c}:/w/other/'),
      docker('cp', '{dir}/file', '{c}:/w/nope/new'),
      docker('cp', '{dir}/file', '{c}:/w/dirlink'),
      docker('cp', '{dir}/file', '{c}:/w/link'),
      docker('cp', '{dir}/file', '{c}:/w/broken'),
      docker('cp', '{dir}/tree', '{c}:/w/t1'),
      docker('cp', '{dir}/tree', '{c}:/w/t1'),
      docker('cp', '{dir}/tree/.', '{c}:/w/t2'),
      docker('cp', '{dir}/tree/.', '{c}:/w/t2'),
      docker('cp', '{dir}/tree/', '{c}:/w/t3/'),
      docker('cp', '{dir}/tree', '{c}:/w/dirlink'),
      docker('cp', '{dir}/tree', '{c}:/w/abslink/'),
      docker('cp', '{dir}/tree/.', '{c}:w/t4'),
      docker('cp', '-a', '{dir}/file', '{c}:/w/-odd/owned'),
      docker('cp', '{dir}/nope', '{c}:/w'),
      docker('cp', '{dir}/file', 'nope:/w'),
      docker('cp', '{dir}/file', '{c}:'),
      docker('cp', '{c}:/w/file', '{c}:/w/x'),
      docker('cp', '{dir}/file', '{dir}/other'),
      docker('cp', '{dir}/file'),
      docker('cp', '', '{c}:/w'),
      docker('cp', '-q', '{dir}/file', '{c}:/w/quiet'),
      tree('/w'),
    ],
  },
  {
    name: 'copy: docker cp from a container',
    steps: [
      ...withFiles(),
      write('{dir}/there/file', 'was there\n'),
      write('{dir}/plain', 'plain\n'),
      docker('cp', '{c}:/w/file', '{dir}/a'),
      read('{dir}/a'),
      docker('cp', '{c}:/w/file', '{dir}/there'),
      read('{dir}/there/file'),
      docker('cp', '{c}:/w/file', '{dir}/no/such'),
      docker('cp', '{c}:/w/file', '{dir}/new/'),
      docker('cp', '{c}:/w/dir', '{dir}/d'),
      read('{dir}/d'),
      docker('cp', '{c}:/w/dir', '{dir}/d'),
      read('{dir}/d'),
      read('{dir}/d/dir/sub/b'),
      docker('cp', '{c}:/w/dir/.', '{dir}/e'),
      docker('cp', '{c}:/w/dir/.', '{dir}/e'),
      read('{dir}/e'),
      docker('cp', '{c}:/w/dir', '{dir}/plain'),
      docker('cp', '{c}:/w/dirlink/.', '{dir}/f'),
      read('{dir}/f'),
      docker('cp', '-L', '{c}:/w/dirlink', '{dir}/g'),
      read('{dir}/g'),
      docker('cp', '-L', '{c}:/w/link', '{dir}/h'),
      read('{dir}/h'),
      docker('cp', '-a', '{c}:/w/dir/a', '{dir}/i'),
      read('{dir}/i'),
      docker('cp', '-L', '{c}:/w/broken', '{dir}/j'),
      docker('cp', '{c}:/w/nope', '{dir}/k'),
      docker('cp', '{c}:/w/dir', '-', { view: 'tar' }),
      docker('cp', '{c}:/w/link', '-', { view: 'tar' }),
      docker('cp', '-L', '{c}:/w/link', '-', { view: 'tar' }),
      docker('cp', '-', '-'),
      docker('cp', '-', '{c}:/w/file', { input: 'x' }),
    ],
  },
]
