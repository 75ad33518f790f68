import { InvalidArgument } from '#lib/errors'
import { parseJson } from '../json/parse.ts'
import { list, object, type Read, string } from '../schema.ts'
import { readBody } from './body.ts'

/** A platform as JSON in a query parameter (`push`, `save`, `load`, `history`, `inspect` and `rmi` of images). */
export const PlatformParameter = object('Platform', {
  architecture: string(),
  os: string(),
  'os.version': string(),
  'os.features': list(string()),
  variant: string(),
})

export type PlatformParameter = Read<typeof PlatformParameter> & { readonly os: string; readonly architecture: string }

/** @throws InvalidArgument in Docker's words. */
export function readPlatform(text: string): PlatformParameter {
  const platform = parsed(text)
  const { os = '', architecture = '' } = platform
  const optional = [platform.variant, platform['os.version'], platform['os.features']?.[0]]
  if (os === '' && architecture === '' && optional.some(value => value !== undefined && value !== '')) {
    throw new InvalidArgument('optional platform fields provided, but OS and Architecture are missing')
  }
  if (os === '' || architecture === '') throw new InvalidArgument('both OS and Architecture must be provided')
  return { ...platform, os, architecture }
}

function parsed(text: string): Read<typeof PlatformParameter> {
  try {
    return readBody(PlatformParameter, parseJson(text), 'platform').value
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.replace(/^invalid (JSON|platform): /, '') : ''
    throw new InvalidArgument(`failed to parse platform: ${reason}`, { cause })
  }
}
