import type { VersionComponent, VersionResponse } from '#api'
import type { ClientVersion } from './client-version.ts'

const LABEL_COLUMNS = 20

type Row = readonly [string, string]

/** What `gantry version` prints without a format: rows without a value are left out. */
export function versionText(client: ClientVersion, server: VersionResponse | undefined): string {
  const { Version, ApiVersion = client.DefaultAPIVersion, DefaultAPIVersion, Os, Arch, Context } = client
  const downgraded = ApiVersion === DefaultAPIVersion ? '' : ` (downgraded from ${DefaultAPIVersion})`
  const own = rows(' ', [
    ['Version', Version],
    ['API version', ApiVersion + downgraded],
    ['Node version', process.version],
    ['OS/Arch', `${Os}/${Arch}`],
    ['Context', Context],
  ])
  return `${['Client: Gantry', ...own, ...(server === undefined ? [] : ['', ...serverLines(server)])].join('\n')}\n`
}

function serverLines({ Platform: platform, Components: components = [], Version }: VersionResponse): string[] {
  const heading = platform.Name === '' ? 'Server:' : `Server: ${platform.Name}`
  const parts = components.flatMap(component => [
    ` ${component.Name}:`,
    ...rows('  ', component.Name === 'Engine' ? engineRows(component, Version) : componentRows(component)),
  ])
  return [heading, ...parts]
}

function engineRows({ Details: details = {} }: VersionComponent, version: string): Row[] {
  const minimum = details['MinAPIVersion'] ?? ''
  const platform = `${details['Os'] ?? ''}/${details['Arch'] ?? ''}`
  return [
    ['Version', version],
    ['API version', `${details['ApiVersion'] ?? ''} (minimum version ${minimum})`],
    ['Go version', details['GoVersion'] ?? ''],
    ['Git commit', details['GitCommit'] ?? ''],
    ['Built', details['BuildTime'] ?? ''],
    ['OS/Arch', platform],
    ['Experimental', details['Experimental'] ?? ''],
  ].filter((row): row is [string, string] => row[1] !== '')
}

function componentRows({ Version: version, Details: details = {} }: VersionComponent): Row[] {
  return [['Version', version], ...Object.entries(details).sort(([a], [b]) => (a < b ? -1 : 1))]
}

function rows(indent: string, pairs: readonly Row[]): string[] {
  return pairs.map(([label, value]) => `${`${indent}${label}: `.padEnd(LABEL_COLUMNS)}${value}`)
}
