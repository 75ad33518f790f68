import { errorText } from '#lib/errors'
import { Failure } from '../failure.ts'
import { list, string } from '../flags/kinds.ts'
import type { ImageName } from '../image/reference.ts'
import { openManifestStore } from '../manifest/open.ts'
import { isKnownPlatform } from '../manifest/os-arch.ts'
import { manifestName, type Platform } from '../manifest/remote.ts'
import { command } from '../program/command.ts'

const NOTHING: Platform = { architecture: '', os: '', osVersion: '', osFeatures: [], variant: '' }

export const manifestAnnotate = command({
  usage: '[OPTIONS] MANIFEST_LIST MANIFEST',
  arity: { min: 2, max: 2 },
  flags: {
    arch: string('Set architecture'),
    os: string('Set operating system'),
    'os-features': { ...list('Set operating system feature'), kind: 'strings' },
    'os-version': string('Set operating system version'),
    variant: string('Set architecture variant'),
  },
  examples: ['manifest annotate example.com/app:1 example.com/app:1-arm --os linux --arch arm --variant v7'],
  async run({ context, flags, args: [listText = '', text = ''] }) {
    const target = named(listText, 'manifest list')
    const member = named(text, 'manifest')
    const store = await openManifestStore(context)
    const entry = store.find(target, member)
    if (entry === undefined) throw new Failure(`manifest for image ${text} does not exist in ${listText}`)
    const before = entry.descriptor.platform ?? NOTHING
    const features = flags['os-features'].flatMap(each => each.split(',')).filter(each => each !== '')
    const platform = {
      architecture: flags.arch || before.architecture,
      os: flags.os || before.os,
      osVersion: flags['os-version'] || before.osVersion,
      osFeatures: [...new Set([...before.osFeatures, ...features])],
      variant: flags.variant || before.variant,
    }
    if (!isKnownPlatform(platform.os, platform.architecture)) {
      throw new Failure(
        `manifest entry for image has unsupported os/arch combination: ${platform.os}/${platform.architecture}`,
      )
    }
    store.save(target, member, { ...entry, descriptor: { ...entry.descriptor, platform } })
  },
})

function named(text: string, what: string): ImageName {
  try {
    return manifestName(text)
  } catch (error) {
    throw new Failure(`annotate: error parsing name for ${what} ${text}: ${errorText(error)}`, undefined, error)
  }
}
