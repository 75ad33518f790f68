import type { VersionComponent, VersionResponse } from '#api'

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** An engine's answer with its parts as people want them: the engine among them, times without zone. */
export function withEngine(version: VersionResponse): VersionResponse {
  const components = version.Components ?? []
  const hasEngine = components.some(({ Name }) => Name === 'Engine')
  const all = hasEngine ? components : [...components, engineOf(version)]
  return { ...version, Components: all.map(withDate) }
}

function withDate(component: VersionComponent): VersionComponent {
  const { Name, Details: details } = component
  const built = details?.['BuildTime']
  return Name !== 'Engine' || built === undefined
    ? component
    : { ...component, Details: { ...details, BuildTime: plainDate(built) } }
}

/** What engines before 18.06 said at the top level only. */
function engineOf(version: VersionResponse): VersionComponent {
  const {
    ApiVersion,
    MinAPIVersion = '',
    GitCommit,
    GoVersion,
    Os,
    Arch,
    BuildTime = '',
    Experimental = false,
  } = version
  return {
    Name: 'Engine',
    Version: version.Version,
    Details: {
      ApiVersion,
      MinAPIVersion,
      GitCommit,
      GoVersion,
      Os,
      Arch,
      BuildTime,
      Experimental: String(Experimental),
    },
  }
}

/** `Tue Sep 15 11:02:57 2026` from RFC 3339, in the zone that it names; other text stays. */
function plainDate(text: string): string {
  const match = /^(\d{4})-(\d\d)-(\d\d)T(\d\d:\d\d:\d\d)/.exec(text)
  if (match === null) return text
  const [, year, month, day, clock] = match
  const weekday = DAYS[new Date(Date.UTC(Number(year), Number(month) - 1, Number(day))).getUTCDay()]
  return `${weekday} ${MONTHS[Number(month) - 1]} ${String(Number(day)).padStart(2)} ${clock} ${year}`
}
