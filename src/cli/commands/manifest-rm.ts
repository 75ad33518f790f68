import { NotFound } from '#lib/errors'
import { failTogether } from '../container/each.ts'
import { fullText } from '../image/reference.ts'
import { openManifestStore } from '../manifest/open.ts'
import { manifestName } from '../manifest/remote.ts'
import { command } from '../program/command.ts'

export const manifestRm = command({
  usage: 'MANIFEST_LIST [MANIFEST_LIST...]',
  arity: { min: 1 },
  flags: {},
  examples: ['manifest rm example.com/app:1'],
  async run({ context, args }) {
    const store = await openManifestStore(context)
    const errors: unknown[] = []
    for (const text of args) {
      try {
        const list = manifestName(text)
        if (!store.has(list)) throw new NotFound(`No such manifest: ${fullText(list)}`)
        store.remove(list)
      } catch (error) {
        errors.push(error)
      }
    }
    failTogether(errors)
  },
})
