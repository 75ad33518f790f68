import type { DockerConfig } from '#client'

/**
 * The environment that config.json gives to containers of an engine (`proxies`, by its host or `default`): every name
 * in capitals and in small letters.
 */
export function proxyVariables(config: Pick<DockerConfig, 'proxies'>, host: string): string[] {
  const proxies = config.proxies?.[host] ?? config.proxies?.['default'] ?? {}
  const values = [
    ['HTTP_PROXY', proxies.httpProxy],
    ['HTTPS_PROXY', proxies.httpsProxy],
    ['NO_PROXY', proxies.noProxy],
    ['FTP_PROXY', proxies.ftpProxy],
    ['ALL_PROXY', proxies.allProxy],
  ] as const
  return values.flatMap(([name, value = '']) =>
    value === '' ? [] : [`${name}=${value}`, `${name.toLowerCase()}=${value}`],
  )
}
