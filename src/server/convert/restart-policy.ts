import type { RestartPolicy as WirePolicy } from '#api'
import type { RestartPolicy } from '#engine'
import { InvalidArgument } from '#lib/errors'

/** No name is `no`. @throws InvalidArgument in Docker's words */
export function convertRestartPolicy(policy: WirePolicy | undefined): RestartPolicy {
  const name = policy?.Name ?? ''
  const retries = policy?.MaximumRetryCount ?? 0
  switch (name) {
    case '':
      return { name: 'no', retries: 0 }
    case 'on-failure':
      if (retries < 0) throw invalid('maximum retry count cannot be negative')
      return { name, retries }
    case 'no':
    case 'always':
    case 'unless-stopped':
      if (retries === 0) return { name, retries }
      throw invalid(
        `maximum retry count can only be used with 'on-failure'${retries < 0 ? ' and cannot be negative' : ''}`,
      )
    default:
      throw invalid(`unknown policy '${name}'; use one of 'no', 'always', 'on-failure', or 'unless-stopped'`)
  }
}

function invalid(words: string): InvalidArgument {
  return new InvalidArgument(`invalid restart policy: ${words}`)
}
