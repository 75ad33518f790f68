export const REGISTRY_HELP = `Usage: gantry registry COMMAND

A registry of images, for docker, podman, skopeo and every other client of the OCI distribution protocol.

Commands:
  serve       Serve a registry until SIGTERM
  collect     Remove what no tag keeps, while the registry goes on

Run 'gantry registry COMMAND --help' for more information on a command.
`

export const SERVE_HELP = `Usage: gantry registry serve [OPTIONS]

Serves a registry from a folder of its own.

Options:
      --root DIR                Where everything is kept (default /var/lib/gantry-registry)
      --listen ADDRESS:PORT     Where to listen (default 127.0.0.1:5000)
      --tls-cert FILE, --tls-key FILE
                                Speak TLS with this certificate (PEM, with its chain) and key
      --htpasswd FILE           Let in only who is in this file (bcrypt: htpasswd -B); it is read again when it changes
      --rules FILE              What users may do, by repository: lines like "team/** ann,bob pull,push"; the first one that
                                names both counts, and without one nothing is allowed; it is read again when it changes
      --cache-of URL            Serve what https://HOST[/PREFIX] has, and keep it here; nothing can be pushed
      --cache-credentials FILE  Ask that registry as NAME:PASSWORD, the one line of this file, which nobody else may read
      --insecure                Take passwords without TLS on other addresses than loopback
      --keep-untagged DURATION  Remove manifests so long after they lost their last tag (default: keep them)
      --keep-uploads DURATION   Remove uploads that nobody goes on with after so long (default 168h)
      --collect-every DURATION  How often to remove what nobody needs (default 24h; 0s: never by itself)
      --log-level LEVEL         debug, info, warn or error (default info)

Examples:
  gantry registry serve
  gantry registry serve --root /srv/registry --listen 0.0.0.0:443 --tls-cert cert.pem --tls-key key.pem --htpasswd users
  gantry registry serve --cache-of https://registry-1.docker.io
`

export const COLLECT_HELP = `Usage: gantry registry collect [OPTIONS]

Removes blobs that no manifest refers to and uploads that nobody goes on with; with --keep-untagged also manifests
without a tag. Pushes and pulls go on meanwhile. What a tag leads to is never removed.

Options:
      --root DIR                Of the registry (default /var/lib/gantry-registry)
      --dry-run                 Only print what would be removed
      --keep-untagged DURATION, --keep-uploads DURATION
                                Instead of what the server was started with

Examples:
  gantry registry collect --dry-run --keep-untagged 0s
`
