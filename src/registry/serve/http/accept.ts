/** True where a client that sends `header` takes `mediaType` (RFC 9110, section 12.5.1); without it, it takes all. */
export function accepts(header: string | undefined, mediaType: string): boolean {
  if (header === undefined || header.trim() === '') return true
  const type = mediaType.split('/')[0] ?? ''
  const wanted = [mediaType.toLowerCase(), `${type}/*`, '*/*']
  return header.split(',').some(range => {
    const [name = '', ...parameters] = range.split(';').map(part => part.trim().toLowerCase())
    return wanted.includes(name) && !parameters.some(parameter => /^q=0(\.0{0,3})?$/.test(parameter))
  })
}
