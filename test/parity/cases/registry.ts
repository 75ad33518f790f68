import { type ApiStep, docker, filters, get, type ParityCase, post } from '../case.ts'
import { REGISTRY } from '../peers/registry.ts'

const NOBODY = Buffer.from('{}').toString('base64')

const load = (archive: string): ApiStep => ({
  ...post('/images/load?quiet=1', undefined, { archive, view: 'json-lines' }),
  label: `load ${archive}`,
})

/** `{c}:one` and `{c}:two`, also under names of the registry. */
const NAMED = [
  load('tags:{c}'),
  docker('tag', '{c}:one', `${REGISTRY}/{c}:one`),
  docker('tag', '{c}:one', `${REGISTRY}/{c}:two`),
] as const

const pushed = [...NAMED, docker('push', '-q', '--all-tags', `${REGISTRY}/{c}`)] as const
const gone = docker('rmi', '-f', '{c}:one', '{c}:two', `${REGISTRY}/{c}:one`, `${REGISTRY}/{c}:two`, { view: 'sorted' })

function inspect(name: string): ApiStep {
  const pick = ['RepoTags', 'RepoDigests', 'RootFS', 'Config.Cmd', 'Created', 'Architecture', 'Os']
  return get(`/images/${name}/json`, { label: `inspect ${name}`, pick })
}

function pushByApi(name: string, query: string): ApiStep {
  const headers = { 'X-Registry-Auth': NOBODY }
  return post(`/images/${name}/push?${query}`, undefined, { label: `push ${name} ${query}`, headers })
}

/** Pushing to a registry and pulling from it, and what is done with what came. */
export const REGISTRY_CASES: readonly ParityCase[] = [
  {
    name: 'registry: push',
    steps: [
      ...pushed,
      docker('push', '-q', `${REGISTRY}/{c}:one`, { label: 'what is there already' }),
      docker('push', `${REGISTRY}/{c}:one`, { label: 'in all words', view: 'sorted' }),
      inspect('{c}:one'),
    ],
  },
  {
    name: 'registry: pushes that fail',
    steps: [
      ...NAMED,
      docker('push', `${REGISTRY}/{c}:nope`),
      docker('push', `${REGISTRY}/{c}-nope`),
      docker('push', '-a', `${REGISTRY}/{c}-nope`),
      docker('push', '-a', `${REGISTRY}/{c}:one`),
      docker('push', '127.0.0.1:1/{c}'),
      pushByApi('Upper', 'tag=x'),
      pushByApi(`${REGISTRY}/{c}`, 'tag=-x'),
      pushByApi(`${REGISTRY}/{c}`, 'tag=nope'),
    ],
  },
  {
    name: 'registry: pull',
    steps: [
      ...pushed,
      gone,
      docker('pull', '-q', `${REGISTRY}/{c}:one`),
      inspect(`${REGISTRY}/{c}:one`),
      docker('pull', `${REGISTRY}/{c}:one`, { label: 'what is here already' }),
      docker('pull', `${REGISTRY}/{c}:two`, { label: 'another name of it' }),
      inspect(`${REGISTRY}/{c}:two`),
      docker('images', '--digests', '--format', '{{.Repository}} {{.Tag}} {{.Digest}}', `${REGISTRY}/{c}`, {
        view: 'sorted',
      }),
    ],
  },
  {
    name: 'registry: pull of all tags',
    steps: [
      ...pushed,
      gone,
      docker('pull', '-q', '-a', `${REGISTRY}/{c}`),
      docker('images', '--format', '{{.Repository}} {{.Tag}}', `${REGISTRY}/{c}`, { view: 'sorted' }),
    ],
  },
  {
    name: 'registry: pulls that fail',
    steps: [
      ...pushed,
      docker('pull', `${REGISTRY}/{c}:nope`),
      docker('pull', `${REGISTRY}/{c}-nope`),
      docker('pull', '-a', `${REGISTRY}/{c}-nope`),
      docker('pull', '-a', `${REGISTRY}/{c}:one`),
      docker('pull', `${REGISTRY}/{c}@sha256:${'a'.repeat(64)}`),
      docker('pull', '127.0.0.1:1/{c}'),
      post(`/images/create?fromImage=${REGISTRY}/{c}&tag=nope`, undefined, { label: 'by API' }),
    ],
  },
  {
    name: 'registry: what it has under a name',
    steps: [
      ...pushed,
      get(`/distribution/${REGISTRY}/{c}:one/json`, { label: 'there', pick: ['Platforms', 'Descriptor.mediaType'] }),
      get(`/distribution/${REGISTRY}/{c}:nope/json`, { label: 'no such tag' }),
      get(`/distribution/${REGISTRY}/{c}-nope/json`, { label: 'no such repository' }),
      get('/distribution/Upper/json', { label: 'no name' }),
    ],
  },
  {
    name: 'registry: history, save and load of what was pulled',
    steps: [
      ...pushed,
      gone,
      docker('pull', '-q', `${REGISTRY}/{c}:one`),
      docker('history', '--no-trunc', '--format', '{{.CreatedBy}}|{{.Size}}|{{.Comment}}', `${REGISTRY}/{c}:one`),
      docker('save', '-o', '{dir}/saved', `${REGISTRY}/{c}:one`),
      docker('rmi', `${REGISTRY}/{c}:one`, { view: 'sorted' }),
      docker('load', '-i', '{dir}/saved'),
      inspect(`${REGISTRY}/{c}:one`),
      docker('push', '-q', `${REGISTRY}/{c}:one`, { label: 'push what was loaded' }),
    ],
  },
  {
    name: 'registry: prune of what was pulled',
    steps: [
      {
        ...post('/images/create?fromSrc=-&repo={c}&tag=x&changes=LABEL%20{c}%3D1', undefined, {
          archive: 'rootfs:{c}',
          view: 'json-lines',
        }),
        label: 'import',
      },
      docker('tag', '{c}:x', `${REGISTRY}/{c}:x`),
      docker('push', '-q', `${REGISTRY}/{c}:x`),
      docker('rmi', '{c}:x'),
      post(`/images/prune?${filters({ label: ['{c}'] })}`, undefined, { label: 'dangling', pick: ['ImagesDeleted'] }),
      post(`/images/prune?${filters({ label: ['{c}'], dangling: ['false'] })}`, undefined, {
        label: 'all',
        pick: ['ImagesDeleted'],
      }),
      docker('pull', '-q', `${REGISTRY}/{c}:x`),
      docker('image', 'prune', '-a', '-f', '--filter', 'label={c}', '--filter', 'until=1h'),
      inspect(`${REGISTRY}/{c}:x`),
    ],
  },
]
