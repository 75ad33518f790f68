/** Archives that both engines are given, byte for byte the same each time. */
import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { busyboxArchive, type Member, tarOf } from '../support/busybox.ts'

/** So that ids of loaded images are the same in both engines and do not change with the day; WORD is their author, so that no two cases share one. */
const CREATED = '2024-05-06T07:08:09Z'

/** An image as `docker save` writes it. */
function savedImage(layers: readonly Buffer[], tags: readonly string[], config: object, author = ''): Buffer {
  const diffIds = layers.map(layer => `sha256:${sha256(layer)}`)
  const history = layers.map((_, at) => ({ created: CREATED, created_by: `layer ${at}` }))
  const described = { architecture: 'amd64', os: 'linux', created: CREATED, author, config, history }
  const json = JSON.stringify({ ...described, rootfs: { type: 'layers', diff_ids: diffIds } })
  const name = `${sha256(json)}.json`
  const names = layers.map((_, at) => `layer-${at}/layer.tar`)
  const manifest = [{ Config: name, RepoTags: tags, Layers: names }]
  return tarOf([
    file(name, json),
    file('manifest.json', JSON.stringify(manifest)),
    ...layers.map((layer, at) => file(names[at] ?? '', layer)),
  ])
}

function small(word: string): Buffer {
  return tarOf([file('hello', 'hello\n'), { type: 'dir', name: 'data', mode: 0o750 }, file('word', word)])
}

const COPIED: Readonly<Record<string, readonly Member[]>> = {
  '': [
    { type: 'dir', name: 'copied', mode: 0o750, uid: 7, gid: 8, mtime: 1_000_000_000n * 10n ** 9n },
    { ...file('copied/in', 'in\n'), mode: 0o640, uid: 1000, gid: 1000 },
    { type: 'symlink', name: 'copied/link', linkName: '/etc/passwd', mode: 0o777 },
    { type: 'hardlink', name: 'copied/hard', linkName: 'copied/in', mode: 0o640, uid: 1000, gid: 1000 },
    { type: 'fifo', name: 'copied/fifo', mode: 0o600 },
    { type: 'char', name: 'copied/null', devMajor: 1, devMinor: 3, mode: 0o666 },
    { ...file('copied/missing/deep/x', 'x\n'), uid: 5 },
  ],
  'file-over-dir': [file('dir', 'file\n')],
  'dir-over-file': [{ type: 'dir', name: 'file', mode: 0o700 }],
  'dir-over-link': [{ type: 'dir', name: 'dirlink', mode: 0o700 }],
  'file-over-link': [file('link', 'own\n')],
  'through-link': [file('dirlink/through', 'x\n')],
  out: [file('../out', 'x\n')],
  hard: [{ type: 'hardlink', name: 'toPasswd', linkName: '../etc/passwd' }],
  root: [{ type: 'dir', name: './', mode: 0o711 }, file('./rooted', 'x\n')],
  hosts: [file('etc/hosts', 'x\n')],
}

/** A tar of members; `gzip` packs the usual ones. */
function copied(word: string): Buffer {
  if (word === 'gzip') return gzipSync(tarOf([file('unzipped', 'x\n')]))
  return tarOf(COPIED[word] ?? [])
}

const ARCHIVES: Readonly<Record<string, (word: string) => Buffer>> = {
  /** `busybox:latest`, which everything runs. */
  busybox: () => savedImage([busyboxArchive()], ['busybox:latest'], { Cmd: ['sh'] }),
  /** Busybox with every default that an image can have, as `WORD:full`. */
  full: word =>
    savedImage(
      [busyboxArchive(), small(word)],
      [`${word}:full`],
      {
        Env: ['PATH=/bin', 'FROM_IMAGE=1', 'BOTH=image'],
        Entrypoint: ['echo', 'entry'],
        Cmd: ['command'],
        WorkingDir: '/srv/work',
        User: 'user',
        Labels: { image: 'yes', both: 'image' },
        ExposedPorts: { '80/tcp': {}, '53/udp': {} },
        StopSignal: 'SIGUSR1',
        Shell: ['/bin/ash', '-c'],
        OnBuild: ['RUN true'],
      },
      word,
    ),
  /** Two tags of one image. */
  tags: word => savedImage([small(word)], [`${word}:one`, `${word}:two`], { Cmd: ['/hello'] }, word),
  /** An image without a name. */
  nameless: word => savedImage([tarOf([file('word', word)])], [], { Cmd: ['/hello'] }),
  /** Files that are no image. */
  rootfs: small,
  /** Files to copy into a container, WORD says how they meet what is there. */
  copied,
  /** No archive at all. */
  garbage: () => Buffer.from('this is no archive, whatever its type says '.repeat(40)),
}

/** `NAME` or `NAME:WORD`. */
export function archiveOf(text: string): Buffer {
  const [name = '', word = ''] = text.split(':')
  const make = ARCHIVES[name]
  if (make === undefined) throw new Error(`no archive is called ${name}`)
  return make(word)
}

function file(name: string, content: string | Buffer): Member {
  return { type: 'file', name, content }
}

function sha256(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex')
}
