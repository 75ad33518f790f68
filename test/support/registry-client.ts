import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ContentStore, openContentStore } from '#content'
import { type ClientOptions, DEFAULT_TIMING, openRegistryClient, type RegistryClient, type Timing } from '#registry'

export interface TestClient extends AsyncDisposable {
  readonly client: RegistryClient
  readonly store: ContentStore
  /** The waits between tries, in milliseconds; nobody waited. */
  readonly slept: number[]
}

/** A client and a store of its own, with waits that are only written down. */
export async function testClient(options: ClientOptions = {}, timing: Partial<Timing> = {}): Promise<TestClient> {
  const root = mkdtempSync(join(tmpdir(), 'gantry-registry-'))
  const slept: number[] = []
  const client = openRegistryClient({
    ...options,
    timing: {
      ...DEFAULT_TIMING,
      stall: 2000,
      random: () => 1,
      sleep: async millis => void slept.push(millis),
      ...timing,
    },
  })
  return {
    client,
    store: await openContentStore(root, { fsync: false }),
    slept,
    async [Symbol.asyncDispose]() {
      await client[Symbol.asyncDispose]()
      rmSync(root, { recursive: true })
    },
  }
}
