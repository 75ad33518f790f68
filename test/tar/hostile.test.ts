/** The corpus of hostile archives against the tar reader, with GNU tar as the judge of what an archive says (S10). */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { InvalidArgument } from '#lib/errors'
import { hostileTars } from '../support/hostile-tar.ts'
import { seededRandom } from '../support/random.ts'
import { archive, gnuLong, paxHeader, rawFile, seal } from '../support/raw-tar.ts'
import { gnuListing, type Listing, ourListing } from '../support/tar-listing.ts'

/** What our reader lists; undefined where it refuses. Anything but a refusal of ours fails the test. */
function ours(chunks: Iterable<Uint8Array>): Listing | undefined {
  try {
    return ourListing(chunks)
  } catch (error) {
    if (error instanceof InvalidArgument && /^invalid tar (header|archive)/.test(error.message)) return undefined
    throw error
  }
}

/** An archive that GNU tar would be asked about at length. */
const BOMBS = /8 GiB of zeros|without end/

for (const { name, kind, chunks } of hostileTars('/tmp/canary')) {
  test(`${kind}: ${name}`, () => {
    const before = process.threadCpuUsage()
    const listing = ours(chunks())
    const took = ownTime(before)
    if (kind === 'illegal') {
      assert.equal(listing, undefined)
      if (!name.includes('million')) assert.ok(took < 100, `${took} ms`)
      return
    }
    assert.notEqual(listing, undefined)
    if (BOMBS.test(name)) return
    assert.deepEqual(listing, gnuListing(Buffer.concat([...chunks()])))
  })
}

test('a sparse map of a million pieces is refused before it is read', () => {
  const [bomb] = hostileTars('/x').filter(({ name }) => name === 'S16 sparse map of a million')
  const chunks = [...(bomb?.chunks() ?? [])]
  const before = process.threadCpuUsage()
  assert.equal(ours(chunks), undefined)
  assert.ok(ownTime(before) < 100)
})

test('archives with bytes changed are listed as GNU tar lists them, or refused', () => {
  const parts = [
    paxHeader('g', ['comment', 'c'], ['mtime', '12.5']),
    rawFile({ name: 'dir/', type: '5' }),
    paxHeader('x', ['path', 'dir/long'], ['uid', '70000'], ['SCHILY.xattr.user.a', 'b']),
    rawFile({ name: 'short' }, 'content'),
    gnuLong('L', 'g'.repeat(120)),
    rawFile({ name: 'g', magic: 'gnu' }, 'x'.repeat(600)),
    rawFile({ name: 'l', type: '2', linkName: 'short' }),
    rawFile({ name: 'n', prefix: 'p', type: '3', devMajor: 1, devMinor: 3 }),
  ]
  const whole = archive(...parts)
  const headers = parts.map((_, i) => parts.slice(0, i).reduce((sum, part) => sum + part.length, 0))
  const random = seededRandom(1)
  let accepted = 0
  for (let i = 0; i < 400; i++) {
    const copy = Buffer.from(whole)
    for (let n = 0; n <= random(3); n++) {
      const at = headers[random(headers.length)] ?? 0
      copy[at + random(random(2) === 0 ? 512 : 1100)] = random(3) === 0 ? random(256) : 0x2f + random(12)
      for (const header of headers) if (copy[header] !== 0) seal(copy.subarray(header, header + 512))
    }
    const listing = ours([copy])
    if (listing === undefined) continue
    accepted++
    assert.deepEqual(listing, gnuListing(copy), `mutation ${i}`)
  }
  assert.ok(accepted > 50, `${accepted} accepted`)
})

/** Milliseconds of this thread's own time since `before`: the machine may be busy with something else. */
function ownTime(before: NodeJS.CpuUsage): number {
  const { user, system } = process.threadCpuUsage(before)
  return (user + system) / 1000
}
