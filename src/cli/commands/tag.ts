import { Failure } from '../failure.ts'
import { familiarName, type ImageName, isImageId, parseImageName, withTag } from '../image/reference.ts'
import { command } from '../program/command.ts'

export const tag = command({
  usage: 'SOURCE_IMAGE[:TAG] TARGET_IMAGE[:TAG]',
  arity: { min: 2, max: 2 },
  stopsAtArgument: true,
  names: 'images',
  flags: {},
  examples: ['tag busybox registry.example.com/team/busybox:1.36'],
  async run({ context, args: [source = '', target = ''] }) {
    if (!isImageId(source)) read(source)
    const name = withTag(read(target))
    if (name.digest !== undefined) throw new Failure('refusing to create a tag with a digest reference')
    const { client } = await context.connect()
    await client.images.tag(source, { repo: familiarName(name), tag: name.tag ?? '' })
  },
})

function read(text: string): ImageName {
  try {
    return parseImageName(text)
  } catch (error) {
    const reason = error instanceof Error ? error.message : ''
    throw new Failure(`Error parsing reference: ${JSON.stringify(text)} is not a valid repository/tag: ${reason}`)
  }
}
