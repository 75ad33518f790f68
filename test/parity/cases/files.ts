import { docker, finished, get, type ParityCase, post, running, type Step } from '../case.ts'

const WORK = [
  'mkdir -p /new/deep && echo x > /new/deep/file',
  'echo more >> /etc/passwd',
  'rm /etc/group',
  'ln -s nowhere /link && ln /new/deep/file /new/hard',
  'mkfifo /new/fifo',
  'chmod 700 /new/deep && chown 12:34 /new/deep/file && chmod 4755 /new/hard',
].join(' && ')

const changes = get('/containers/{c}/changes', { label: 'changes' })

/** The tree of an image as a container of it sees it. */
function tree(image: string): Step {
  const script =
    'cd / && find . -xdev ! -path "./proc*" ! -path "./sys*" ! -path "./dev*" | sort | xargs stat -c "%n %F %a %u:%g %h"'
  return docker('run', '--rm', '--network', 'none', '--entrypoint', 'sh', image, '-c', script, {
    label: `tree of ${image}`,
  })
}

function commit(query: string, body?: Parameters<typeof post>[1]): Step {
  return { ...post(`/commit?${query}`, body, { pick: ['message'] }), label: `commit ${query}` }
}

const inspect = (name: string) =>
  get(`/images/${name}/json`, {
    label: `inspect ${name}`,
    pick: [
      'Author',
      'Comment',
      'Config.Cmd',
      'Config.Entrypoint',
      'Config.Env',
      'Config.Labels',
      'Config.User',
      'Config.WorkingDir',
      'Config.ExposedPorts',
      'Config.Volumes',
      'Config.StopSignal',
      'RepoTags',
      'Architecture',
      'Os',
      'RootFS.Type',
    ],
  })

/** What containers make of the files of their images. */
export const FILE_CASES: readonly ParityCase[] = [
  {
    name: 'files: changes',
    steps: [
      ...finished(WORK),
      // Docker's order changes from run to run.
      { ...changes, each: [] },
      docker('diff', '{c}', { view: 'sorted' }),
      post('/containers/create?name={c}-2', { Image: 'busybox' }, { label: 'create' }),
      docker('diff', '{c}-2'),
      docker('diff', 'nope'),
      get('/containers/nope/changes', { label: 'of none' }),
    ],
  },
  {
    name: 'files: changes of one that runs',
    steps: [
      ...running({ Cmd: ['sh', '-c', 'echo x > /made; rm /bin/ls; echo ready; sleep 1000'] }),
      docker('diff', '{c}', { view: 'sorted' }),
    ],
  },
  {
    name: 'files: commit',
    steps: [
      ...finished(WORK, {
        Env: ['A=1'],
        Labels: { own: 'x' },
        User: '0',
        ExposedPorts: { '80/tcp': {} },
        WorkingDir: '/tmp',
      }),
      docker(
        'commit',
        '-m',
        'why',
        '-a',
        'who',
        '-c',
        'CMD ["cat", "/new/deep/file"]',
        '-c',
        'ENV B=2 A=3',
        '{c}',
        '{c}:x',
      ),
      inspect('{c}:x'),
      get('/images/{c}:x/history', { label: 'history', each: ['CreatedBy', 'Comment', 'Tags'] }),
      docker('run', '--rm', '{c}:x'),
      tree('{c}:x'),
      commit('container={c}&repo={c}&tag=y', { Cmd: ['echo', 'own'], Env: ['A=9'], Labels: { mine: 'y' } }),
      inspect('{c}:y'),
      commit('container={c}&repo={c}&tag=z&pause=0&changes=ENTRYPOINT+%5B%22x%22%5D', {}),
      inspect('{c}:z'),
    ],
  },
  {
    name: 'files: commit of one that runs',
    steps: [
      ...running(),
      docker('commit', '{c}', '{c}:x'),
      get('/containers/{c}/json', { label: 'state', pick: ['State.Status', 'State.Paused'] }),
      docker('run', '--rm', '{c}:x', 'echo', 'runs'),
    ],
  },
  {
    name: 'files: commits that cannot be',
    steps: [
      post('/containers/create?name={c}', { Image: 'busybox' }, { label: 'create' }),
      commit('container=nope'),
      commit('container={c}&repo=UPPER'),
      commit('container={c}&repo={c}&tag=-x'),
      commit('container={c}&repo={c}&changes=RUN+true'),
      commit('container={c}&repo={c}', '{'),
    ],
  },
  {
    name: 'files: export',
    steps: [
      ...finished(WORK),
      docker('export', '-o', '{dir}/tree', '{c}'),
      docker('import', '{dir}/tree', '{c}:x'),
      tree('{c}:x'),
      docker('export', '-o', '{dir}/none', 'nope'),
      docker('export', '-o', '{dir}/no/such', '{c}'),
    ],
  },
]
