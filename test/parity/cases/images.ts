import {
  type ApiStep,
  create,
  del,
  docker,
  filters,
  get,
  type JsonObject,
  type ParityCase,
  post,
  start,
} from '../case.ts'

function load(archive: string, query = 'quiet=1'): ApiStep {
  return { ...post(`/images/load?${query}`, undefined, { archive, view: 'json-lines' }), label: `load ${archive}` }
}

function importAs(tag: string, ...changes: readonly string[]): ApiStep {
  const asked = changes.map(change => `&changes=${encodeURIComponent(change)}`).join('')
  const path = `/images/create?fromSrc=-&repo={c}&tag=${tag}&message=why${asked}`
  return {
    ...post(path, undefined, { archive: 'rootfs:{c}', view: 'json-lines' }),
    label: `import ${changes.join(', ')}`,
  }
}

function inspect(name: string, pick?: readonly string[]): ApiStep {
  return get(`/images/${name}/json`, { label: `inspect ${name}`, ...(pick === undefined ? {} : { pick }) })
}

function remove(name: string, query = ''): ApiStep {
  return del(`/images/${name}${query}`, { label: `remove ${name}${query}` })
}

function tag(from: string, query: string): ApiStep {
  return post(`/images/${from}/tag?${query}`, undefined, { label: `tag ${from} ${query}` })
}

function list(by: JsonObject, query = ''): ApiStep {
  return {
    ...get(`/images/json?${query}${filters(by)}`),
    label: `list ${query}${JSON.stringify(by)}`,
    each: ['RepoTags', 'Id'],
  }
}

export const IMAGE_CASES: readonly ParityCase[] = [
  {
    name: 'image: load and record',
    steps: [load('full:{c}'), inspect('{c}:full'), get('/images/{c}:full/history', { label: 'history' })],
  },
  ...(['1.24', '1.41', '1.43', '1.44', '1.45'] as const).map(
    (api): ParityCase => ({
      name: `image: record by API ${api}`,
      ...(api > '1.41' ? { except: 'docker 20.10' } : {}),
      api,
      steps: [
        load('full:{c}'),
        inspect('{c}:full'),
        get(`/images/json?${filters({ reference: ['{c}'] })}`, { label: 'list' }),
      ],
    }),
  ),
  {
    name: 'image: container of one with defaults',
    steps: [
      load('full:{c}'),
      post('/containers/create?name={c}', { Image: '{c}:full' }, { label: 'create' }),
      get('/containers/{c}/json', { label: 'inspect', pick: ['Config', 'Path', 'Args', 'NetworkSettings.Ports'] }),
      post(
        '/containers/create?name={c}-2',
        { Image: '{c}:full', Entrypoint: ['sh'], Env: ['BOTH=own', 'OWN=1'], Labels: { both: 'own' }, User: '5' },
        { label: 'create with its own' },
      ),
      get('/containers/{c}-2/json', { label: 'inspect its own', pick: ['Config', 'Path', 'Args'] }),
      post(
        '/containers/create?name={c}-3',
        { Image: '{c}:full', Entrypoint: [] },
        { label: 'create without entrypoint' },
      ),
      get('/containers/{c}-3/json', {
        label: 'inspect that',
        pick: ['Config.Entrypoint', 'Config.Cmd', 'Path', 'Args'],
      }),
      post('/containers/create?name={c}-4', { Image: '{c}:full', Cmd: ['x'] }, { label: 'create with a command' }),
      get('/containers/{c}-4/json', { label: 'inspect the fourth', pick: ['Config.Entrypoint', 'Config.Cmd', 'Path'] }),
      start,
    ],
  },
  {
    name: 'image: loads that fail',
    steps: [load('garbage'), load('rootfs:{c}'), post('/images/load', undefined, { label: 'nothing' })],
  },
  { name: 'image: load without names', steps: [load('nameless:{c}')] },
  {
    name: 'image: import',
    steps: [
      importAs('plain'),
      inspect('{c}:plain'),
      get('/images/{c}:plain/history', { label: 'history' }),
      importAs(
        'all',
        'CMD ["a", "b"]',
        'ENTRYPOINT x y',
        'ENV A=1 B="2 3"',
        'EXPOSE 80 53/udp',
        'LABEL k=v',
        'USER me',
        'WORKDIR /w',
        'VOLUME /v',
        'STOPSIGNAL SIGINT',
        'ONBUILD RUN true',
      ),
      inspect('{c}:all', ['Config', 'Comment', 'Architecture', 'Os', 'RepoTags']),
    ],
  },
  {
    name: 'image: imports that fail',
    steps: [
      importAs('x', 'RUN true'),
      importAs('x', 'NOPE'),
      importAs('x', 'CMD'),
      importAs('x', 'ENV'),
      importAs('x', 'ENV A'),
      importAs('x', 'EXPOSE x'),
      importAs('x', 'COPY a b'),
      importAs('x', 'FROM x'),
      importAs('bad tag'.replace(' ', '%20')),
      post('/images/create?fromSrc=-&repo=UPPER', undefined, { archive: 'rootfs:x', label: 'bad name' }),
      post('/images/create?fromSrc=-&repo={c}&tag=g', undefined, { archive: 'garbage', label: 'garbage' }),
      post('/images/create', undefined, { label: 'nothing' }),
    ],
  },
  {
    name: 'image: list',
    steps: [
      load('tags:{c}'),
      get(`/images/json?${filters({ reference: ['{c}'] })}`, { label: 'item' }),
      list({ reference: ['{c}:one'] }),
      list({ reference: ['{c}:*'] }),
      list({ reference: ['{c}*'] }),
      list({ reference: ['nope'] }),
      list({ reference: ['{c}'], dangling: ['false'] }),
      list({ reference: ['{c}'], dangling: ['true'] }),
      list({ reference: ['{c}'], label: ['nope'] }),
      list({ reference: ['{c}'], before: ['{c}:one'] }),
      list({ reference: ['{c}'], since: ['{c}:one'] }),
      list({ reference: ['{c}'] }, 'all=1&'),
      list({ reference: ['{c}'] }, 'digests=1&'),
    ],
  },
  {
    name: 'image: filters that cannot be',
    steps: [
      list({ nope: ['x'] }),
      list({ dangling: ['x'] }),
      list({ before: ['nope'] }),
      list({ since: ['nope'] }),
      list({ reference: ['['] }),
      get('/images/json?filters=nope', { label: 'no JSON' }),
    ],
  },
  {
    name: 'image: label filters',
    steps: [
      load('full:{c}'),
      list({ reference: ['{c}'], label: ['image'] }),
      list({ reference: ['{c}'], label: ['image=yes'] }),
      list({ reference: ['{c}'], label: ['image=no'] }),
    ],
  },
  {
    name: 'image: list with what is shared',
    except: 'docker 20.10',
    steps: [
      load('full:{c}'),
      get(`/images/json?shared-size=1&${filters({ reference: ['{c}'] })}`, {
        label: 'asked',
        each: ['SharedSize', 'Size'],
      }),
      get(`/images/json?${filters({ reference: ['{c}'] })}`, { label: 'not asked', each: ['SharedSize', 'Size'] }),
    ],
  },
  {
    name: 'image: one that is not there',
    steps: [
      inspect('nope'),
      inspect('nope:tag'),
      inspect('example.com/a/b'),
      inspect(`sha256:${'a'.repeat(64)}`),
      inspect('aaaaaaaaaaaa'),
      inspect('Upper'),
      inspect(`busybox@sha256:${'a'.repeat(64)}`),
      get('/images/nope/history'),
      remove('nope'),
      remove('Upper'),
      remove('nope', '?force=1'),
      tag('nope', 'repo=x'),
    ],
  },
  {
    name: 'image: tag',
    steps: [
      load('tags:{c}-o'),
      tag('{c}-o:one', 'repo={c}&tag=one'),
      tag('{c}-o:one', 'repo={c}'),
      tag('{c}-o:one', 'repo={c}%3Atwo'),
      tag('{c}-o:one', 'repo={c}%3Atwo&tag=three'),
      tag('{c}-o:one', 'repo=example.com%3A5000%2F{c}&tag=x'),
      tag('{c}-o:one', 'repo=docker.io%2Flibrary%2F{c}&tag=y'),
      list({ reference: ['{c}'] }),
      remove('example.com:5000/{c}:x'),
    ],
  },
  {
    name: 'image: tags that cannot be',
    steps: [
      tag('busybox', ''),
      tag('busybox', 'repo='),
      tag('busybox', 'repo=Upper'),
      tag('busybox', 'repo={c}&tag=-x'),
      tag('busybox', 'repo={c}&tag=a%2Fb'),
      tag('busybox', `repo={c}&tag=${'x'.repeat(129)}`),
      tag('busybox', 'repo=a%20b'),
      tag('busybox', `repo=${'a'.repeat(64)}`),
      tag('busybox', `repo={c}%40sha256%3A${'a'.repeat(64)}`),
      tag('busybox', 'repo=sha256&tag=x'),
      tag('busybox', 'repo=-a'),
      tag('busybox', 'repo=a__b___c'),
      remove('a__b___c'),
    ],
  },
  {
    name: 'image: remove',
    steps: [load('tags:{c}'), remove('{c}:one'), remove('{c}:one'), remove('{c}:two'), inspect('{c}:two')],
  },
  {
    name: 'image: remove by id',
    steps: [
      load('tags:{c}'),
      { ...inspect('{c}:one', ['Id']), capture: 'id' },
      remove('{id}'),
      remove('{id}', '?force=1'),
      inspect('{c}:one'),
    ],
  },
  {
    name: 'image: remove what is in use',
    steps: [
      load('tags:{c}'),
      post('/containers/create?name={c}', { Image: '{c}:one' }, { label: 'create' }),
      { ...inspect('{c}:one', ['Id']), capture: 'id' },
      remove('{c}:one'),
      remove('{c}:two'),
      remove('{id}'),
      remove('{c}:two', '?force=1'),
      get('/containers/{c}/json', { label: 'inspect the container', pick: ['Image', 'Config.Image'] }),
    ],
  },
  {
    name: 'image: remove what a running container uses',
    steps: [
      load('full:{c}'),
      tag('{c}:full', 'repo={c}&tag=one'),
      remove('{c}:full'),
      post(
        '/containers/create?name={c}',
        { Image: '{c}:one', Entrypoint: ['sleep'], User: '0', Cmd: ['1000'] },
        { label: 'create' },
      ),
      start,
      remove('{c}:one'),
      remove('{c}:one', '?force=1'),
      get('/containers/{c}/json', { label: 'inspect the container', pick: ['Config.Image'] }),
      get(`/containers/json?${filters({ name: ['{c}'] })}`, { label: 'list', each: ['Image'] }),
    ],
  },
  {
    name: 'image: pull of names that cannot be',
    steps: ['fromImage=Upper', 'fromImage=a:b:c', 'fromImage=busybox&tag=-x', 'fromImage=', 'fromImage=a%20b'].map(
      query => post(`/images/create?${query}`, undefined, { label: query }),
    ),
  },
  {
    name: 'image: pull from nobody',
    steps: [post('/images/create?fromImage=127.0.0.1:1/nope&tag=x', undefined, { label: 'pull' })],
  },
  {
    name: 'image: saves that fail',
    steps: [
      get('/images/nope/get', { label: 'one' }),
      get('/images/get?names=nope:x', { label: 'by query' }),
      get('/images/get?names=busybox&names=nope', { label: 'one of two' }),
      get('/images/Upper/get', { label: 'no name' }),
      get(`/images/sha256:${'a'.repeat(64)}/get`, { label: 'by id' }),
      docker('save', 'nope'),
      docker('save', '-o', '{dir}/no/such/folder', 'busybox'),
    ],
  },
  {
    name: 'image: save, remove and load',
    steps: [
      load('tags:{c}'),
      docker('save', '-o', '{dir}/saved', '{c}'),
      remove('{c}:one'),
      remove('{c}:two'),
      docker('load', '-i', '{dir}/saved', { view: 'sorted' }),
      inspect('{c}:two', ['Id', 'RepoTags', 'RepoDigests', 'RootFS', 'Config.Cmd', 'Created', 'Author']),
      get('/images/{c}:one/history', { label: 'history' }),
    ],
  },
  {
    name: 'image: prune',
    steps: [
      importAs('x', 'LABEL {c}=1 other=a'),
      importAs('y', 'LABEL {c}=2 other=b'),
      importAs('x', 'LABEL {c}=3'),
      post('/containers/create?name={c}', { Image: '{c}:y', Cmd: ['x'] }, { label: 'create' }),
      docker('image', 'prune', '-f', '--filter', 'label={c}=9'),
      docker(
        'image',
        'prune',
        '-a',
        '-f',
        '--filter',
        'label={c}',
        '--filter',
        'label!=other=a',
        '--filter',
        'until=1h',
      ),
      list({ label: ['{c}'] }),
      post(`/images/prune?${filters({ label: ['{c}'], 'label!': ['{c}=3'] })}`, undefined, {
        label: 'dangling',
        pick: ['ImagesDeleted'],
      }),
      list({ label: ['{c}'] }),
      post(`/images/prune?${filters({ label: ['{c}'], dangling: ['false'] })}`, undefined, {
        label: 'all but those in use',
        pick: ['ImagesDeleted'],
      }),
      list({ label: ['{c}'] }),
      list({ label: ['{c}'], until: ['1h'] }),
    ],
  },
  {
    name: 'image: prunes that cannot be',
    steps: [
      post(`/images/prune?${filters({ nope: ['x'] })}`, undefined, { label: 'unknown filter' }),
      post(`/images/prune?${filters({ dangling: ['x'], label: ['{c}'] })}`, undefined, { label: 'no boolean' }),
      post(`/images/prune?${filters({ until: ['1h', '2h'], label: ['{c}'] })}`, undefined, { label: 'two times' }),
      post(`/images/prune?${filters({ until: ['x'], label: ['{c}'] })}`, undefined, { label: 'no time' }),
      post(`/containers/prune?${filters({ nope: ['x'] })}`, undefined, { label: 'unknown filter of containers' }),
    ],
  },
  {
    name: 'image: of a created container',
    steps: [create(), get(`/containers/json?all=1&${filters({ name: ['{c}'] })}`, { label: 'list', each: ['Image'] })],
  },
]
