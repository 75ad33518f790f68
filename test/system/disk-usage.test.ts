/** Every byte below the data root has an owner, who says why it is there. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { DiskUsageResponse, ImageSummary } from '#api'
import { formatSize } from '#lib/units'
import { DOCKER_CLIS } from '../support/docker.ts'
import { systemSkip, TestEngine } from '../support/engine.ts'
import { type Finished, run } from '../support/process.ts'
import { file, tarArchive } from '../support/tar-archive.ts'

const MB = 1_000_000

describe('disk usage', { skip: systemSkip() }, () => {
  let engine: TestEngine
  const gantry = async (...args: string[]) => ok(await engine.gantry(args))

  before(async () => {
    engine = await TestEngine.start()
    const archive = tarArchive([file('big', Buffer.alloc(3 * MB, 'x'))])
    await engine.api('POST', '/images/create?fromSrc=-&repo=big&tag=1', archive)
    await engine.api(
      'POST',
      '/images/create?fromSrc=-&repo=big&tag=1',
      tarArchive([file('big', Buffer.alloc(MB, 'y'))]),
    )
    await gantry(
      'run',
      '--name',
      'wrote',
      'busybox',
      'sh',
      '-c',
      `head -c ${5 * MB} /dev/zero > /f; yes | head -c ${MB}`,
    )
    await gantry('commit', 'wrote', 'committed:1')
    await gantry('run', '-d', '--name', 'runs', 'committed:1', 'sleep', '1000')
  })

  after(() => engine[Symbol.asyncDispose]())

  const usage = async () => (await engine.api('GET', '/system/df')).json as DiskUsageResponse

  /** Nothing writes meanwhile: what `du` finds is what was counted, to a hundredth. */
  async function checkTotal(): Promise<void> {
    const { Total = 0 } = await usage()
    const du = Number(ok(await run('du', ['-s', '--block-size=1', engine.dataRoot])).split('\t')[0])
    assert.ok(Math.abs(Total - du) <= du / 100, `${Total} of ${du}`)
  }

  test('the parts add up to what du says, before and after things go', async () => {
    await checkTotal()
    await engine.endDaemon()
    await engine.startDaemon()
    await checkTotal()
    await gantry('rm', 'wrote')
    await checkTotal()
    await gantry('rmi', 'committed:1', '-f')
    await gantry('image', 'prune', '-f')
    await checkTotal()
    const { Total, LayersSize, Containers, Other } = await usage()
    const parts = [...(Containers ?? []).map(({ SizeRw = 0 }) => SizeRw), ...(Other ?? []).map(({ Size }) => Size)]
    assert.equal(
      parts.reduce((sum, bytes) => sum + bytes, LayersSize),
      Total,
    )
  })

  test('it says why', async () => {
    const text = await gantry('system', 'df', '-v')
    assert.match(text, /^big +1 .* has a name; no container uses it$/m)
    assert.match(text, /^\w{12} .* runs +running$/m)
    assert.match(text, /^records +\d.* what the engine knows$/m)
    assert.match(text, /\nTotal: [\d.]+MB\n$/)
  })

  test('in the shape of Docker, and only what is asked for', async () => {
    const table = await gantry('system', 'df')
    assert.match(table, /^TYPE +TOTAL +ACTIVE +SIZE +RECLAIMABLE\nImages +\d/)
    assert.match(table, /^Build Cache +0 +0 +0B +0B$/m)
    const only = (await engine.api('GET', '/system/df?type=image')).json as DiskUsageResponse
    assert.deepEqual([only.Containers, only.Volumes, only.BuildCache], [null, null, null])
    assert.ok((only.Images ?? []).every(({ SharedSize, Size }) => SharedSize >= 0 && Size > 0))
    const none = (await engine.api('GET', '/system/df?type=container')).json as DiskUsageResponse
    assert.deepEqual([none.Images, none.LayersSize], [null, 0])
    const wrong = await engine.api('GET', '/system/df?type=x')
    assert.equal(wrong.status, 400)
    for (const { path } of DOCKER_CLIS) {
      const { stdout, stderr } = await run(path, ['system', 'df'], { env: engine.env })
      assert.match(stdout, /^Images +\d/m, stderr)
      assert.equal((await run(path, ['system', 'df', '-v'], { env: engine.env })).code, 0)
    }
  })

  test('of each image what others have too, on the disk and in content', async () => {
    await gantry('run', '--name', 'above', 'busybox', 'sh', '-c', `head -c ${2 * MB} /dev/zero > /two`)
    await gantry('commit', 'above', 'shares:1')
    await gantry('rm', 'above')
    const listed = async (query: string) => {
      const items = (await engine.api('GET', `/images/json?${query}`)).json as ImageSummary[]
      return new Map(items.flatMap(item => (item.RepoTags ?? []).map(tag => [tag, item] as const)))
    }
    const base = (await listed('shared-size=0')).get('busybox:latest')
    assert.equal(base?.SharedSize, -1)
    const items = await listed('shared-size=1')
    assert.equal(items.get('big:1')?.SharedSize, 0)
    assert.equal(items.get('busybox:latest')?.SharedSize, base.Size)
    assert.equal(items.get('shares:1')?.SharedSize, base.Size)
    assert.equal(items.get('shares:1')?.Size, base.Size + 2 * MB)
    const filters = encodeURIComponent(JSON.stringify({ reference: ['shares'] }))
    assert.equal((await listed(`shared-size=1&filters=${filters}`)).get('shares:1')?.SharedSize, base.Size)
    const used = (await usage()).Images ?? []
    const shared = (tag: string) => used.find(({ RepoTags }) => RepoTags?.includes(tag))?.SharedSize ?? -1
    assert.equal(shared('big:1'), 0)
    assert.ok(shared('shares:1') >= base.Size)
    assert.equal(shared('shares:1'), shared('busybox:latest'))
    const shown = (await gantry('system', 'df', '-v')).match(/^shares .*$/m)?.[0] ?? ''
    assert.match(shown, /[\d.]+MB +[\d.]+MB +[\d.]+MB/)
    assert.ok(shown.includes(formatSize(shared('shares:1'))), shown)
    const lists = await engine.api('GET', '/v1.47/images/json?manifests=1')
    assert.equal(lists.status, 501)
    assert.match(lists.text, /manifests: this version of Gantry/)
    assert.equal((await engine.api('GET', '/v1.48/images/big:1/json?manifests=1')).status, 501)
    assert.equal((await engine.api('GET', '/v1.46/images/json?manifests=1')).status, 200)
    await gantry('rmi', 'shares:1')
  })

  test('system prune takes what nobody uses, and says so beforehand', async () => {
    await gantry('create', '--name', 'idle', 'big:1', 'x')
    const told = await gantry('system', 'prune', '-a', '--dry-run')
    assert.match(
      told,
      /^Containers that would be deleted:\n\w{64}\n\nImages that would be deleted:\n(deleted: sha256:\w{64}\n)+\nTotal space that would be reclaimed: /,
    )
    assert.match(await gantry('ps', '-a', '--format', '{{.Names}}'), /idle/)
    const refused = await engine.gantry(['system', 'prune', '--volumes', '-f'])
    assert.match(refused.stderr, /--volumes: this version of Gantry has no volumes/)
    const done = await gantry('system', 'prune', '-a', '-f')
    assert.equal(done.match(/space.*: (.*)/)?.[1], told.match(/reclaimed: (.*)/)?.[1])
    assert.equal(await gantry('ps', '-a', '--format', '{{.Names}}'), 'runs\n')
    await checkTotal()
    for (const { path } of DOCKER_CLIS) {
      const { code, stdout, stderr } = await run(path, ['system', 'prune', '-f'], { env: engine.env })
      assert.equal(code, 0, stderr)
      assert.match(stdout, /Total reclaimed space: 0B/)
    }
  })
})

function ok({ code, stdout, stderr }: Finished): string {
  assert.equal(code, 0, stderr)
  return stdout
}
