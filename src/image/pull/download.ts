import { throwIfAborted } from '#lib/abort'
import type { Semaphore } from '#lib/lock'
import type { Descriptor } from '#oci'
import type { ImageDeps } from '../deps.ts'
import type { Operation } from '../hold.ts'
import { metered, type OnProgress, shortDigest } from '../progress.ts'
import type { PullSource } from './source.ts'

/** The line of one layer on a client's screen. What is said before it is opened is remembered, not shown. */
export class LayerLine {
  readonly #id: string
  readonly #show: OnProgress
  #state: 'before' | 'open' | 'closed' = 'before'
  /** The last line of each kind that was said too early. */
  readonly #early = new Map<string, () => void>()

  constructor(id: string, show: OnProgress) {
    this.#id = id
    this.#show = show
  }

  open(status: string): void {
    this.#state = 'open'
    this.#show({ id: this.#id, status })
    for (const show of this.#early.values()) show()
  }

  /** The one thing that there is to say. */
  close(status: string): void {
    this.#state = 'closed'
    this.#show({ id: this.#id, status })
  }

  say(status: string, current?: number, total?: number): void {
    const numbers = { ...(current !== undefined && { current }), ...(total !== undefined && { total }) }
    const show = () => this.#show({ id: this.#id, status, ...numbers })
    if (this.#state === 'open') show()
    else this.#early.set(status, show)
  }
}

/** A layer on its way from the registry into the content store. */
export class LayerDownload {
  readonly descriptor: Descriptor
  readonly line: LayerLine
  readonly #deps: ImageDeps
  readonly #operation: Operation
  readonly #source: PullSource
  readonly #slots: Semaphore
  readonly #unwanted = new AbortController()
  #running: Promise<void> | undefined

  constructor(
    deps: ImageDeps,
    operation: Operation,
    source: PullSource,
    slots: Semaphore,
    descriptor: Descriptor,
    show: OnProgress,
  ) {
    this.#deps = deps
    this.#operation = operation
    this.#source = source
    this.#slots = slots
    this.descriptor = descriptor
    this.line = new LayerLine(shortDigest(descriptor.digest), show)
  }

  /** Begins unless it has begun; resolves when the blob is stored. */
  run(): Promise<void> {
    this.#running ??= this.#wait()
    // Whoever waits for it meets the failure; until then it must not count as unhandled.
    this.#running.catch(() => {})
    return this.#running
  }

  /** Breaks off, if it has begun, and waits until it is quiet. Never throws. */
  async stop(): Promise<void> {
    this.#unwanted.abort()
    await this.#running?.catch(() => {})
  }

  async #wait(): Promise<void> {
    await this.#operation.holdBlob(this.descriptor.digest)
    let isWaiting = true
    const done = this.#slots.run(() => {
      isWaiting = false
      return this.#fetch()
    })
    if (isWaiting) this.line.say('Waiting')
    await done
  }

  async #fetch(): Promise<void> {
    const { descriptor, line } = this
    const { size, digest } = descriptor
    const signal = AbortSignal.any([this.#source.signal, this.#unwanted.signal])
    throwIfAborted(signal, `fetch layer ${digest}`)
    const tell = metered(size, bytes => line.say('Downloading', bytes, size))
    const progress = (bytes: number) => {
      tell(bytes)
      if (bytes === size) line.say('Verifying Checksum')
    }
    await this.#source.session.fetchBlob(this.#source.reference, descriptor, this.#deps.content, { signal, progress })
    line.say('Download complete')
  }
}
