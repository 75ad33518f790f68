import type { Output } from '../io/streams.ts'
import type { Connection, Context } from '../program/context.ts'
import { awaitProgress, showProgress } from '../progress/display.ts'
import { credentialsFor } from './credentials.ts'
import { familiarName, type ImageName } from './reference.ts'

export interface PullRequest {
  readonly name: ImageName
  /** Every tag of the repository. */
  readonly allTags: boolean
  /** `linux/arm64`; empty for the engine's own. */
  readonly platform: string
  /** Undefined shows no progress. */
  readonly output: Output | undefined
}

/** Has the engine fetch an image, with the credentials that config.json has for its registry. */
export async function pullImage(context: Context, { client, config }: Connection, request: PullRequest): Promise<void> {
  const { name, allTags, platform, output } = request
  const auth = await credentialsFor(context.host, config.settings, name.domain)
  const tag = allTags ? undefined : (name.digest ?? name.tag ?? 'latest')
  const messages = client.images.pull(
    { fromImage: familiarName(name), ...(tag === undefined ? {} : { tag }), ...(platform === '' ? {} : { platform }) },
    { auth },
  )
  await (output === undefined ? awaitProgress(messages) : showProgress(messages, output))
}
