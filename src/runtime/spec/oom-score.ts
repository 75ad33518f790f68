import { InvalidArgument } from '#lib/errors'
import { CAP_SYS_RESOURCE, hasCapability, ownOomScore } from '#linux'

/** @throws InvalidArgument for one that this daemon may not give: the runtime's own words name neither */
export function checkOomScore(score: number): number {
  if (score >= 0 || hasCapability(CAP_SYS_RESOURCE) || score >= ownOomScore()) return score
  throw new InvalidArgument(
    `oom score adj ${score} is below that of the daemon, which it may not give without CAP_SYS_RESOURCE`,
    {
      fix: `ask for ${ownOomScore()} or more`,
    },
  )
}
