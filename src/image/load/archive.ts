import { InvalidArgument } from '#lib/errors'
import { quoted } from '#lib/printable'
import { type Digest, digestOf } from '#oci'
import type { ImageDeps } from '../deps.ts'
import type { Operation } from '../hold.ts'
import { memberPath } from './member-path.ts'

/** What is known of one member of an archive. */
export type Member =
  | { readonly kind: 'bytes'; readonly bytes: Buffer }
  | { readonly kind: 'blob'; readonly digest: Digest; readonly size: number }
  /** Another name for `target`. */
  | { readonly kind: 'link'; readonly target: string }

type FoundMember = Exclude<Member, { readonly kind: 'link' }>

/** Links that are followed from one name: Docker's old archives have one. */
const LINKS_MAX = 8

/** A blob on this disk that came out of an archive. */
export interface ArchivedBlob {
  readonly digest: Digest
  readonly path: string
  /** Bytes. */
  readonly size: number
}

/** The members of an archive of images, by the paths that they have in it. */
export class Archive {
  readonly #deps: ImageDeps
  readonly #operation: Operation
  readonly #members: ReadonlyMap<string, Member>

  constructor(deps: ImageDeps, operation: Operation, members: ReadonlyMap<string, Member>) {
    this.#deps = deps
    this.#operation = operation
    this.#members = members
  }

  has(name: string): boolean {
    return this.#members.has(memberPath(name))
  }

  /** A small member. @throws InvalidArgument where it is not there or longer than `limit` bytes */
  async read(name: string, limit: number): Promise<Buffer> {
    const member = this.#find(name)
    if (member.kind === 'blob') return await this.#deps.content.readAll(member.digest, limit)
    if (member.bytes.length > limit) {
      throw new InvalidArgument(`invalid archive: ${quoted(name)} has more than ${limit} bytes`)
    }
    return member.bytes
  }

  /** A member as a blob of the content store. @throws InvalidArgument where it is not there */
  async blob(name: string): Promise<ArchivedBlob> {
    const member = this.#find(name)
    if (member.kind === 'blob') return this.#archived(member.digest, member.size)
    const digest = digestOf(member.bytes)
    await this.#operation.holdBlob(digest)
    await this.#deps.content.put(member.bytes, { expected: digest })
    return this.#archived(digest, member.bytes.length)
  }

  #archived(digest: Digest, size: number): ArchivedBlob {
    return { digest, size, path: this.#deps.content.path(digest) }
  }

  #find(name: string): FoundMember {
    let path = memberPath(name)
    for (let links = 0; links <= LINKS_MAX; links++) {
      const member = this.#members.get(path)
      if (member === undefined) break
      if (member.kind !== 'link') return member
      path = member.target
    }
    throw new InvalidArgument(`invalid archive: ${quoted(name)} is not in it`)
  }
}
