/** Where a container is asked over its network how it is. */
export interface HttpTarget {
  readonly kind: 'http'
  readonly port: number
  readonly path: string
}

export interface TcpTarget {
  readonly kind: 'tcp'
  readonly port: number
}

/** `:8080/ready`, with or without `http://` before it. Undefined where the text is none. */
export function httpTarget(text: string): HttpTarget | undefined {
  const match = /^(?:http:\/\/)?:(\d{1,5})(\/[\x21-\x7e]*)?$/.exec(text)
  const port = readPort(match?.[1])
  return port === undefined ? undefined : { kind: 'http', port, path: match?.[2] ?? '/' }
}

/** `:5432` or `5432`. Undefined where the text is none. */
export function tcpTarget(text: string): TcpTarget | undefined {
  const port = readPort(/^:?(\d{1,5})$/.exec(text)?.[1])
  return port === undefined ? undefined : { kind: 'tcp', port }
}

function readPort(text: string | undefined): number | undefined {
  const port = Number(text ?? 0)
  return port >= 1 && port <= 65_535 ? port : undefined
}
