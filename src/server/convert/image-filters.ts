import type { Image } from '#image'
import { InvalidArgument } from '#lib/errors'
import type { ImageBackend } from '../backends.ts'
import { createdMillis, familiar } from './image.ts'
import { parseWhen } from './when.ts'

type Filters = ReadonlyMap<string, readonly string[]>
type Condition = (image: Image, values: readonly string[], images: ImageBackend) => boolean

/** The images that a list shows, newest first. @throws InvalidArgument (an unknown filter), NotFound (before, since) */
export function listedImages(images: ImageBackend, filters: Filters, _all: boolean): Image[] {
  for (const [name, values] of filters) {
    if (!Object.hasOwn(CONDITIONS, name)) throw new InvalidArgument(`invalid filter '${name}'`)
    if (name === 'dangling' && !values.every(isBoolean)) {
      throw new InvalidArgument(`invalid filter 'dangling=[${values.join(' ')}]'`)
    }
  }
  return images
    .list()
    .filter(image => [...filters].every(([name, values]) => CONDITIONS[name]?.(image, values, images) ?? true))
    .map(image => withNames(image, filters.get('reference')))
    .sort((a, b) => createdMillis(b) - createdMillis(a))
}

/** Who asks for names is shown those alone. */
function withNames(image: Image, patterns: readonly string[] | undefined): Image {
  if (patterns === undefined) return image
  const isAsked = (name: string) => patterns.some(pattern => matchesName(familiar(name), pattern))
  return { ...image, tags: image.tags.filter(isAsked), repoDigests: image.repoDigests.filter(isAsked) }
}

const CONDITIONS: Readonly<Record<string, Condition>> = {
  dangling: (image, values) => values.every(value => isTrue(value) === (image.tags.length === 0)),
  label: (image, values) => values.every(value => labelHolds(image, value)),
  'label!': (image, values) => values.every(value => !labelHolds(image, value)),
  before: (image, values, images) => values.every(value => createdMillis(image) < createdMillis(images.resolve(value))),
  since: (image, values, images) => values.every(value => createdMillis(image) > createdMillis(images.resolve(value))),
  reference: (image, values) => values.some(value => matchesReference(image, value)),
  until: (image, values) => values.every(value => createdMillis(image) < parseWhen(value, Date.now())),
}

function labelHolds(image: Image, condition: string): boolean {
  const at = condition.indexOf('=')
  const key = at < 0 ? condition : condition.slice(0, at)
  const { labels } = image.config.defaults
  if (!Object.hasOwn(labels, key)) return false
  return at < 0 || labels[key] === condition.slice(at + 1)
}

/** `busy*`, `busybox:1.*`, `*:latest`: shell patterns over names as people write them, with and without the tag. */
function matchesReference(image: Image, pattern: string): boolean {
  return [...image.tags, ...image.repoDigests].some(name => matchesName(familiar(name), pattern))
}

function matchesName(name: string, pattern: string): boolean {
  return matchesPattern(name, pattern) || matchesPattern(name.replace(/[:@][^/]*$/, ''), pattern)
}

/** path.Match of Go for `*` and `?`: neither matches a slash. Linear in the length of both. */
function matchesPattern(text: string, pattern: string): boolean {
  let at = 0
  let star = -1
  let mark = 0
  let p = 0
  while (at < text.length) {
    const wanted = pattern[p]
    if (wanted === '*') {
      star = p++
      mark = at
    } else if (wanted === text[at] || (wanted === '?' && text[at] !== '/')) {
      p++
      at++
    } else if (star >= 0 && text[mark] !== '/') {
      p = star + 1
      at = ++mark
    } else return false
  }
  while (pattern[p] === '*') p++
  return p === pattern.length
}

function isBoolean(value: string): boolean {
  return /^(1|t|true|0|f|false)$/i.test(value)
}

function isTrue(value: string): boolean {
  return /^(1|t|true)$/i.test(value)
}
