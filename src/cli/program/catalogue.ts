import { treeOf } from './tree.ts'

const GROUPS: Readonly<Record<string, string>> = {
  container: 'Manage containers',
  image: 'Manage images',
  manifest: 'Manage Docker image manifests and manifest lists',
  network: 'Manage networks',
  system: 'Manage Gantry',
}

/** Every command of this room; the module of one is loaded when it is called. */
export const CATALOGUE = treeOf(GROUPS, [
  {
    paths: ['container attach', 'attach'],
    summary: 'Attach local standard input, output, and error streams to a running container',
    load: async () => (await import('../commands/attach.ts')).attach,
  },
  {
    paths: ['completion'],
    summary: 'Print a script that completes command lines in a shell',
    load: async () => (await import('../commands/completion.ts')).completion,
  },
  {
    paths: ['__complete'],
    summary: '',
    hidden: true,
    load: async () => (await import('../completion/complete.ts')).complete,
  },
  {
    paths: ['container commit', 'commit'],
    summary: "Create a new image from a container's changes",
    load: async () => (await import('../commands/commit.ts')).commit,
  },
  {
    paths: ['container cp', 'cp'],
    summary: 'Copy files/folders between a container and the local filesystem',
    load: async () => (await import('../commands/cp.ts')).cp,
  },
  {
    paths: ['container diff', 'diff'],
    summary: "Inspect changes to files or directories on a container's filesystem",
    load: async () => (await import('../commands/diff.ts')).diff,
  },
  {
    paths: ['container export', 'export'],
    summary: "Export a container's filesystem as a tar archive",
    load: async () => (await import('../commands/export.ts')).exportContainer,
  },
  {
    paths: ['container create', 'create'],
    summary: 'Create a new container',
    load: async () => (await import('../commands/create.ts')).create,
  },
  {
    paths: ['container exec', 'exec'],
    summary: 'Execute a command in a running container',
    common: 2,
    load: async () => (await import('../commands/exec.ts')).execute,
  },
  {
    paths: ['system events', 'events'],
    summary: 'Get real time events from the server',
    load: async () => (await import('../commands/events.ts')).events,
  },
  {
    paths: ['image history', 'history'],
    summary: 'Show the history of an image',
    load: async () => (await import('../commands/history.ts')).history,
  },
  {
    paths: ['image ls', 'image list', 'images'],
    summary: 'List images',
    common: 7,
    load: async () => (await import('../commands/images.ts')).images,
  },
  {
    paths: ['image import', 'import'],
    summary: 'Import the contents from a tarball to create a filesystem image',
    load: async () => (await import('../commands/import.ts')).importImage,
  },
  {
    paths: ['system info', 'info'],
    summary: 'Display system-wide information',
    common: 12,
    load: async () => (await import('../commands/info.ts')).info,
  },
  {
    paths: ['inspect'],
    summary: 'Return low-level information on Docker objects',
    load: async () => (await import('../commands/inspect.ts')).inspect,
  },
  {
    paths: ['container inspect'],
    summary: 'Display detailed information on one or more containers',
    load: async () => (await import('../commands/container-inspect.ts')).containerInspect,
  },
  {
    paths: ['image inspect'],
    summary: 'Display detailed information on one or more images',
    load: async () => (await import('../commands/image-inspect.ts')).imageInspect,
  },
  {
    paths: ['container kill', 'kill'],
    summary: 'Kill one or more running containers',
    load: async () => (await import('../commands/kill.ts')).kill,
  },
  {
    paths: ['image load', 'load'],
    summary: 'Load an image from a tar archive or STDIN',
    load: async () => (await import('../commands/load.ts')).load,
  },
  {
    paths: ['login'],
    summary: 'Authenticate to a registry',
    common: 8,
    load: async () => (await import('../commands/login.ts')).login,
  },
  {
    paths: ['logout'],
    summary: 'Log out from a registry',
    common: 9,
    load: async () => (await import('../commands/logout.ts')).logout,
  },
  {
    paths: ['container logs', 'logs'],
    summary: 'Fetch the logs of a container',
    load: async () => (await import('../commands/logs.ts')).logs,
  },
  {
    paths: ['manifest annotate'],
    summary: 'Add additional information to a local image manifest',
    load: async () => (await import('../commands/manifest-annotate.ts')).manifestAnnotate,
  },
  {
    paths: ['manifest create'],
    summary: 'Create a local manifest list for annotating and pushing to a registry',
    load: async () => (await import('../commands/manifest-create.ts')).manifestCreate,
  },
  {
    paths: ['manifest inspect'],
    summary: 'Display an image manifest, or manifest list',
    load: async () => (await import('../commands/manifest-inspect.ts')).manifestInspect,
  },
  {
    paths: ['manifest push'],
    summary: 'Push a manifest list to a repository',
    load: async () => (await import('../commands/manifest-push.ts')).manifestPush,
  },
  {
    paths: ['manifest rm'],
    summary: 'Delete one or more manifest lists from local storage',
    load: async () => (await import('../commands/manifest-rm.ts')).manifestRm,
  },
  {
    paths: ['network inspect'],
    summary: 'Display detailed information on one or more networks',
    load: async () => (await import('../commands/network-inspect.ts')).networkInspect,
  },
  {
    paths: ['network ls', 'network list'],
    summary: 'List networks',
    load: async () => (await import('../commands/networks.ts')).networks,
  },
  {
    paths: ['container pause', 'pause'],
    summary: 'Pause all processes within one or more containers',
    load: async () => (await import('../commands/pause.ts')).pause,
  },
  {
    paths: ['container port', 'port'],
    summary: 'List port mappings or a specific mapping for the container',
    load: async () => (await import('../commands/port.ts')).port,
  },
  {
    paths: ['container ls', 'container list', 'container ps', 'ps'],
    summary: 'List containers',
    common: 3,
    load: async () => (await import('../commands/ps.ts')).ps,
  },
  {
    paths: ['image pull', 'pull'],
    summary: 'Download an image from a registry',
    common: 5,
    load: async () => (await import('../commands/pull.ts')).pull,
  },
  {
    paths: ['image push', 'push'],
    summary: 'Upload an image to a registry',
    common: 6,
    load: async () => (await import('../commands/push.ts')).push,
  },
  {
    paths: ['container rename', 'rename'],
    summary: 'Rename a container',
    load: async () => (await import('../commands/rename.ts')).rename,
  },
  {
    paths: ['container restart', 'restart'],
    summary: 'Restart one or more containers',
    load: async () => (await import('../commands/restart.ts')).restart,
  },
  {
    paths: ['container rm', 'container remove', 'rm'],
    summary: 'Remove one or more containers',
    load: async () => (await import('../commands/rm.ts')).rm,
  },
  {
    paths: ['image rm', 'image remove', 'rmi'],
    summary: 'Remove one or more images',
    load: async () => (await import('../commands/rmi.ts')).rmi,
  },
  {
    paths: ['container run', 'run'],
    summary: 'Create and run a new container from an image',
    common: 1,
    load: async () => (await import('../commands/run.ts')).run,
  },
  {
    paths: ['search'],
    summary: 'Search Docker Hub for images',
    common: 11,
    load: async () => (await import('../commands/search.ts')).search,
  },
  {
    paths: ['container prune'],
    summary: 'Remove all stopped containers',
    load: async () => (await import('../commands/container-prune.ts')).containerPrune,
  },
  {
    paths: ['image prune'],
    summary: 'Remove unused images',
    load: async () => (await import('../commands/image-prune.ts')).imagePrune,
  },
  {
    paths: ['system df'],
    summary: 'Show disk usage',
    load: async () => (await import('../commands/system-df.ts')).systemDf,
  },
  {
    paths: ['system prune'],
    summary: 'Remove unused data',
    load: async () => (await import('../commands/system-prune.ts')).systemPrune,
  },
  {
    paths: ['image save', 'save'],
    summary: 'Save one or more images to a tar archive (streamed to STDOUT by default)',
    load: async () => (await import('../commands/save.ts')).save,
  },
  {
    paths: ['container start', 'start'],
    summary: 'Start one or more stopped containers',
    load: async () => (await import('../commands/start.ts')).start,
  },
  {
    paths: ['container stats', 'stats'],
    summary: 'Display a live stream of container(s) resource usage statistics',
    load: async () => (await import('../commands/stats.ts')).stats,
  },
  {
    paths: ['container stop', 'stop'],
    summary: 'Stop one or more running containers',
    load: async () => (await import('../commands/stop.ts')).stop,
  },
  {
    paths: ['image tag', 'tag'],
    summary: 'Create a tag TARGET_IMAGE that refers to SOURCE_IMAGE',
    load: async () => (await import('../commands/tag.ts')).tag,
  },
  {
    paths: ['container top', 'top'],
    summary: 'Display the running processes of a container',
    load: async () => (await import('../commands/top.ts')).top,
  },
  {
    paths: ['container unpause', 'unpause'],
    summary: 'Unpause all processes within one or more containers',
    load: async () => (await import('../commands/unpause.ts')).unpause,
  },
  {
    paths: ['container update', 'update'],
    summary: 'Update configuration of one or more containers',
    load: async () => (await import('../commands/update.ts')).update,
  },
  {
    paths: ['version'],
    summary: 'Show the Gantry version information',
    common: 10,
    load: async () => (await import('../commands/version.ts')).version,
  },
  {
    paths: ['container wait', 'wait'],
    summary: 'Block until one or more containers stop, then print their exit codes',
    load: async () => (await import('../commands/wait.ts')).wait,
  },
])
