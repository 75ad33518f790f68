/** What older versions of the API show of images otherwise (Docker's API version history). */
import {
  type ApiVersion,
  atLeast,
  type ImageInspectResponse,
  type ImageSummary,
  type InspectedConfig,
  type LegacyImageConfig,
} from '#api'
import { ZERO_TIME } from '#lib/time'

const NO_TAG = '<none>:<none>'
const NO_DIGEST = '<none>@<none>'

/** An item of `GET /images/json` as `version` has it. */
export function summaryIn(version: ApiVersion, item: ImageSummary): ImageSummary {
  return {
    ...item,
    ...(atLeast(version, '1.51') ? {} : { Containers: -1 }),
    ...(atLeast(version, '1.44') ? {} : { VirtualSize: item.Size }),
    ...(atLeast(version, '1.43') ? {} : oldNames(item)),
  }
}

/** The answer of `GET /images/{name}/json` as `version` has it. */
export function imageIn(version: ApiVersion, image: ImageInspectResponse): ImageInspectResponse {
  return {
    ...image,
    ...(atLeast(version, '1.50') ? {} : { Config: { ...image.Config, ...NO_CONTAINER } }),
    ...(atLeast(version, '1.45') ? {} : { ContainerConfig: EMPTY_CONFIG }),
    ...(atLeast(version, '1.44') ? {} : { VirtualSize: image.Size, Created: image.Created ?? ZERO_TIME }),
  }
}

/** An image without a name had one that says so; a list with nothing in it was null. */
function oldNames({ RepoTags, RepoDigests }: ImageSummary): Pick<ImageSummary, 'RepoTags' | 'RepoDigests'> {
  const tags = RepoTags ?? []
  const digests = RepoDigests ?? []
  if (tags.length === 0 && digests.length === 0) return { RepoTags: [NO_TAG], RepoDigests: [NO_DIGEST] }
  return { RepoTags: tags.length === 0 ? null : tags, RepoDigests: digests.length === 0 ? null : digests }
}

/** Until API 1.49 the config of an image had the fields of a container's, which mean nothing there. */
const NO_CONTAINER: Omit<LegacyImageConfig, keyof ImageInspectResponse['Config']> = {
  AttachStderr: false,
  AttachStdin: false,
  AttachStdout: false,
  Domainname: '',
  Hostname: '',
  Image: '',
  OpenStdin: false,
  StdinOnce: false,
  Tty: false,
}

/** Until API 1.44: the container that an image was made of, which is not kept. */
const EMPTY_CONFIG: InspectedConfig = {
  ...NO_CONTAINER,
  Cmd: null,
  Entrypoint: null,
  Env: null,
  Labels: null,
  OnBuild: null,
  User: '',
  Volumes: null,
  WorkingDir: '',
}
