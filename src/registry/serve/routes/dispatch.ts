import { unreachable } from '#lib/errors'
import type { Call } from '../http/call.ts'
import type { Target } from '../http/path.ts'
import { Refusal } from '../refusal.ts'
import { checkBase, getCatalog, getTags } from './base.ts'
import { deleteBlob, getBlob } from './blobs.ts'
import { deleteManifest, getManifest, putManifest } from './manifests.ts'
import { getReferrers } from './referrers.ts'
import { deleteUpload, getUpload, patchUpload, postUpload, putUpload } from './uploads.ts'

type Handler = (call: Call) => void | Promise<void>
type Methods = Readonly<Record<string, Handler>>

/** @throws Refusal where the method is none of the target's, and whatever the route throws */
export async function dispatch(call: Call, target: Target): Promise<void> {
  const methods = methodsOf(target)
  const handler = Object.hasOwn(methods, call.method) ? methods[call.method] : undefined
  if (handler === undefined) {
    const allow = Object.keys(methods).join(', ')
    throw new Refusal(405, 'UNSUPPORTED', `the operation is unsupported: ${call.method} of this path`, {
      fix: `use ${allow}`,
      headers: { allow },
    })
  }
  await handler(call)
}

function methodsOf(target: Target): Methods {
  switch (target.kind) {
    case 'base':
      return reading(checkBase)
    case 'catalog':
      return reading(getCatalog)
    case 'tags':
      return reading(call => getTags(call, target.repository))
    case 'manifest':
      return {
        ...reading(call => getManifest(call, target.repository, target.reference)),
        PUT: call => putManifest(call, target.repository, target.reference),
        DELETE: call => deleteManifest(call, target.repository, target.reference),
      }
    case 'blob':
      return {
        ...reading(call => getBlob(call, target.repository, target.digest)),
        DELETE: call => deleteBlob(call, target.repository, target.digest),
      }
    case 'uploads':
      return { POST: call => postUpload(call, target.repository) }
    case 'upload':
      return {
        ...reading(call => getUpload(call, target.repository, target.id)),
        PATCH: call => patchUpload(call, target.repository, target.id),
        PUT: call => putUpload(call, target.repository, target.id),
        DELETE: call => deleteUpload(call, target.repository, target.id),
      }
    case 'referrers':
      return reading(call => getReferrers(call, target.repository, target.digest))
    default:
      return unreachable(target)
  }
}

function reading(handler: Handler): Methods {
  return { GET: handler, HEAD: handler }
}
