export const DAEMON_HELP = `Usage: gantry daemon [OPTIONS]

Serves the Docker Engine API. Containers go on when the daemon ends.

Options:
      --data-root DIR           Where everything that lasts is kept (default /var/lib/gantry)
      --exec-root DIR           Where everything of this boot is kept (default /run/gantry)
  -H, --host URL                Where to listen: unix://PATH or tcp://ADDRESS:PORT; may be repeated
                                (default unix://EXEC_ROOT/gantry.sock)
      --pidfile FILE            Write the process id there
      --config-file FILE        Read settings from there (default /etc/gantry/daemon.json)
      --log-level LEVEL         debug, info, warn or error (default info)
  -D, --debug                   The same as --log-level debug
      --default-runtime NAME    crun or runc (default crun)
      --no-cgroup-favordynmods  Leave the host's control groups as they are; containers start more slowly
      --storage-opt layers=unpacked
                                Unpack layers into files even where the kernel can mount them from their tars
      --insecure-registry HOST  Reach a registry without checking its certificate; may be repeated
      --registry-listen ADDRESS:PORT
                                Serve the images of this engine, for reading, to docker, podman, skopeo on this machine
      --registry-mirror URL     Ask there before Docker Hub; may be repeated
      --max-concurrent-downloads N, --max-concurrent-uploads N
                                Layers that one pull fetches (default 3), and one push sends (default 5), at once
      --tlsverify               TCP clients need a certificate of --tlscacert
      --tlscacert FILE, --tlscert FILE, --tlskey FILE
      --insecure-tcp i-understand
                                Let everyone who can reach a TCP address be root on this host

Keys of the configuration file have the same names ("hosts", "insecure-registries", "registry-mirrors" and
"storage-opts" are lists; "registry-serve" is --registry-listen). What is written down about a registry in
/etc/gantry/certs.d/HOST or /etc/docker/certs.d/HOST (certificates, hosts.toml) counts from the next pull or push on.

Examples:
  gantry daemon
  gantry daemon --data-root /srv/gantry --exec-root /run/gantry-2 -H unix:///run/gantry-2.sock
`
