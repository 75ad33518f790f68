/** One command line for docker and for gantry. */
export interface Case {
  readonly args: readonly string[]
  readonly input?: string
  readonly env?: Readonly<Record<string, string>>
  /** Why the two differ, and in what; they must then. */
  readonly differs?: string
  /** Only exit codes and the fact that there is output are compared. */
  readonly onlyCode?: string
}

const line = (text: string): Case => ({ args: text.split(' ') })
const lines = (text: string): Case[] =>
  text
    .split('\n')
    .map(each => each.trim())
    .filter(each => each !== '')
    .map(line)

/** Command lines that cannot be understood, or ask for what is not there. */
export const USAGE: readonly Case[] = [
  ...lines(`
    frob
    container frob
    image frob
    network frob
    --foo ps
    --foo
    -x
    -H
    container --foo
    ps foo
    ps --foo
    ps -x
    ps -n
    ps -n abc
    ps -n 0x
    ps --all=maybe
    ps -a=maybe
    ps -aq=maybe
    ps --filter
    ps --filter foo
    ps --filter foo=bar
    ps --=
    ps ---all
    ps -qx
    container ls foo
    container list --foo
    container ps foo
    cp
    cp a
    cp a b c
    cp a b
    cp --foo a b
    cp -x a b
    cp one:/a two:/b
    container cp a
    images a b
    images --foo
    image ls a b
    run
    run --foo
    run -x busybox
    run --env
    run -e
    run -m abc busybox
    run -m 1x busybox
    run -m -1 busybox
    run --memory-swap=-2 busybox
    run --detach=maybe busybox
    run --pull=maybe busybox
    run --pids-limit abc busybox
    run --pids-limit 99999999999999999999 busybox
    run --cpus abc busybox
    run --cpus 0.0000000001 busybox
    run --stop-timeout x busybox
    run --blkio-weight 70000 busybox
    run --attach foo busybox
    run --label =x busybox
    run --env =x busybox
    run --dns foo busybox
    run --dns-search ... busybox
    run --add-host foo busybox
    run --add-host foo:bar busybox
    run --link a:b:c busybox
    run --sysctl foo=bar busybox
    run --ulimit foo busybox
    run --ulimit foo=1 busybox
    run --ulimit nofile=2:1 busybox
    run --ulimit nofile=1:2:3 busybox
    run --ulimit nofile=x busybox
    run --device-read-bps foo busybox
    run --device-read-bps foo:1 busybox
    run --device-read-bps /dev/x:y busybox
    run --device-write-iops /dev/x:y busybox
    run --blkio-weight-device /dev/x:5 busybox
    run --device-cgroup-rule foo busybox
    run --mount foo busybox
    run --mount type=bind busybox
    run --mount type=bind,target=/x,volume-nocopy=true busybox
    run --mount type=bind,target=/x,frob=1 busybox
    run --mount type=bind,target=/x,readonly=maybe busybox
    run --mount type=tmpfs,target=/x,tmpfs-size=y busybox
    run --mount type=tmpfs,target=/x,tmpfs-mode=9 busybox
    run --mount type=bind,src=/a,target=/x,bind-recursive=readonly busybox
    run --mount type=bind,src=/a,target=/x,bind-recursive=frob busybox
    run --gpus foo busybox
    run --gpus driver=a,driver=b busybox
    run --gpus frob=a busybox
    run --network name=,alias=x busybox
    run --network alias=x,frob=y busybox
    run --network name=x,gw-priority=y busybox
    run --health-interval x busybox
    run --health-interval=-1s busybox
    run --no-healthcheck --health-cmd x busybox
    run --memory-swappiness 101 busybox
    run --mac-address x busybox
    run --pid foo busybox
    run --pid container: busybox
    run --uts foo busybox
    run --userns foo busybox
    run --cgroupns foo busybox
    run --restart :3 busybox
    run --restart on-failure:x busybox
    run --rm --restart always busybox
    run --log-driver none --log-opt a=b busybox
    run --security-opt foo busybox
    run --security-opt seccomp=/no-such-file busybox
    run --storage-opt foo busybox
    run --device foo:bar:baz:qux busybox
    run --device foo busybox
    run --device /dev/null:/x:z busybox
    run --expose 1:2 busybox
    run --expose x busybox
    run --expose 5-3 busybox
    run --expose 99999 busybox
    run -p x busybox
    run -p 1:x busybox
    run -p x:1 busybox
    run -p 1.2.3:1:1 busybox
    run -p 1-3:1-2 busybox
    run -p 80/foo busybox
    run -p 8080: busybox
    run -p published=1,target busybox
    run -v : busybox
    run -v /a:/b:/c:/d busybox
    run -v a::b busybox
    run --env-file /no-such-file busybox
    run --label-file /no-such-file busybox
    run --env-file /etc busybox
    run --network-alias x busybox
    run --network none --network none busybox
    run --network none --network foo busybox
    run --network name=foo,ip=1.2.3.4 --ip 1.2.3.5 busybox
    run -d -a stdout busybox
    run --detach-keys
    run --cidfile /nope/file busybox
    run Busybox
    run busybox@sha256:123
    run UPPER/x
    create
    create --foo busybox
    create --pull=x busybox
    start
    start --foo
    start -a a b
    start nope
    start nope nope2
    start -a nope
    stop
    stop --foo
    stop -t x nope
    stop nope
    kill
    kill nope
    kill -s FOO nope
    rm
    rm nope
    rm -f nope
    rm / nope
    logs
    logs a b
    logs nope
    logs --since foo nope
    attach
    attach nope
    wait
    wait nope
    wait nope nope2
    inspect
    inspect nope
    inspect nope nope2
    inspect --type foo nope
    inspect --type= nope
    inspect --type container nope
    inspect --type image nope
    inspect --type network nope
    inspect --type volume nope
    inspect -s nope
    container inspect
    container inspect nope
    image inspect
    image inspect nope
    network inspect nope
    history
    history nope
    tag
    tag busybox
    tag busybox B
    tag nope x
    tag busybox x@sha256:0123456789012345678901234567890123456789012345678901234567890123
    tag Busybox x
    rmi
    rmi nope
    rmi -f nope
    rmi nope nope2
    pull
    pull a b
    pull -a x:y
    pull Busybox
    pull busybox:
    load foo
    load -i /no-such-file
    import
    import /no-such-file
    import /no-such-file Bad
    version foo
    info foo
    network ls foo
    -l frob ps
    -H a:1 -H b:2 ps
    -c nope ps
    -H unix:///nope ps
    -H unix:///nope version --format {{.Server.Version}}
    -H unix:///nope -c foo ps
    -H frob://x ps
    --tlsverify -H tcp://127.0.0.1:1 ps
    restart
    restart -t x nope
    restart -s NOPE nope
    restart nope
    pause
    pause nope
    unpause nope nope2
    rename
    rename nope x
    top
    top nope
    port
    port nope
    port nope 1 2
    events foo
    events --since foo
    events --until foo
    events --filter foo
    events --filter foo=bar
    events --format {{.Nope}}
    events --format {{
    help frob
  `),
  { args: ['load', '-i', '/etc'], differs: 'docker blames the connection' },
  { args: ['import', '/etc'], differs: 'docker blames the connection' },
  { args: ['run', '-d', '-t', '-a', 'stdin', 'busybox'] },
  {
    args: ['stop', '-t', '1', '--time', '1', 'nope'],
    differs: 'docker prints on stdout that a flag is old, where scripts expect names',
  },
  { args: ['version', '--format', 'json'], differs: 'the versions of the two clients' },
  { args: ['exec', 'nope', 'true'] },
  { args: ['exec', 'nope'] },
  { args: ['exec'] },
  { args: ['run', '--use-api-socket', 'busybox'], differs: 'not done by this version' },
  { args: ['run', '--mount', 'type=bind,source="a', 'busybox'] },
  {
    args: ['run', '--security-opt', 'seccomp=/etc/passwd', 'busybox'],
    onlyCode: 'Go says otherwise than JavaScript why a text is no JSON',
  },
]

/** Formats that do not parse or ask for what is not there. */
export const TEMPLATES: readonly Case[] = [
  ...['{{.Nope}}', '{{', '{{nope}}', '{{.ID', '{{json .Nope}}', 'table {{.Nope}}', '{{.ID.x}}'].flatMap(format => [
    { args: ['ps', '--format', format] },
    { args: ['images', '--format', format] },
    { args: ['network', 'ls', '--format', format] },
    { args: ['history', '--format', format, 'busybox'] },
    { args: ['inspect', '-f', format, 'busybox'] },
    { args: ['inspect', '-f', format, 'one'] },
    { args: ['version', '--format', format] },
    { args: ['info', '--format', format] },
  ]),
]

const PS_FIELDS = [
  ...['ID', 'Image', 'Command', 'CreatedAt', 'Ports', 'State', 'Size', 'Names', 'Labels', 'Mounts', 'Networks'],
  ...['LocalVolumes', 'Platform', 'Label "a.b-c"'],
]
const IMAGE_FIELDS = [
  ...[
    'ID',
    'Repository',
    'Tag',
    'Digest',
    'CreatedAt',
    'Size',
    'Containers',
    'VirtualSize',
    'SharedSize',
    'UniqueSize',
  ],
]
const NETWORK_FIELDS = ['ID', 'Name', 'Driver', 'Scope', 'IPv4', 'IPv6', 'Internal', 'Labels', 'CreatedAt']

const each = (fields: readonly string[]): string => fields.map(field => `{{.${field}}}`).join('|')

/** Questions about what is there: the containers `one` and `two`, the image `busybox`. */
export const QUESTIONS: readonly Case[] = [
  ...lines(`
    ps
    ps -a
    ps -aq
    ps -a --no-trunc
    ps -as
    ps -l
    ps -lq
    ps -n 1
    ps -n 1 -q
    ps -a --filter name=one
    ps -a --filter label=a.b-c=hello
    ps -a --filter status=exited --filter status=created
    ps -a --filter ancestor=busybox -q
    ps -a -f exited=3
    ps --format table
    ps -a --format json
    ps -a --format raw
    ps -aq --format raw
    ps -aq --format {{.Names}}
    ps -as --format {{.Size}}
    ps -a --size=false --format {{.Size}}
    container ls -a
    container list -aq
    images
    images -q
    images -a
    images --no-trunc
    images --digests
    images --format json
    images --format raw
    images --digests --format raw
    images -q --format raw
    images busybox
    images busybox:nope
    images nope
    images ls
    image ls
    image ls nope
    images --filter dangling=true
    images --filter reference=busy*
    images -f dangling=maybe
    network ls
    network ls -q
    network ls --no-trunc
    network ls --format raw
    network ls --filter driver=host
    history busybox
    history -q busybox
    history --no-trunc busybox
    history -H=false busybox
    history --format json busybox
    inspect one
    inspect one two busybox
    inspect one nope busybox
    inspect --type container busybox
    inspect --type image one
    inspect -s one
    inspect -s busybox
    inspect -f json one
    inspect -f {{.Id}} one nope busybox
    inspect -f {{.ID}} one busybox
    inspect -f {{.State}} one
    inspect -f {{.Config.Env}} one
    inspect -f {{.HostConfig.Memory}} one
    inspect -f {{.HostConfig.LogConfig}} one
    inspect -f {{.Nope}} one
    inspect -f {{.SizeRw}} one
    inspect host
    container inspect one
    container inspect -s one
    image inspect busybox
    image inspect -f {{.Architecture}} busybox
    network inspect none
    network inspect host none nope
    network inspect -f {{.Driver}} host
    info --format {{.Driver}}
    info --format {{json.Plugins}}
    info --format {{.ClientInfo.Context}}
    logs one
    logs two
    logs -n 1 one
    logs --tail 0 one
    logs --tail x one
    logs --since 1h one
    logs --until 1h one
    logs --since 2020-01-01 one
    unpause one
    pause two
    rename one one
    rename one two
    rename one -x
    rename two two
    update one
    update nope --pids-limit 5
    update --memory 1 two
    update --cpus x two
    update --restart foo two
    stats --no-stream two
    stats --no-stream one two --format {{.Container}}|{{.Name}}|{{.ID}}|{{.NetIO}}|{{.PIDs}}
    stats --no-stream nope
    stats nope
    stats --no-stream --format {{.Nope}} one
    stats --no-stream --no-trunc --format {{.ID}} one
    top one
    top one -o pid,comm,args
    top one x
    top two
    port one
    port one 80
    port one 80/tcp
    port one x
    port one 99999
    wait two
    wait two nope
    cp nope:/etc -
    cp two:/nope -
    cp two:/bin/sh /nope/sh
    cp two:/bin /dev/null
    cp /etc/nope two:/
    events --since 1h --until 0s --filter container=two
    events --since 1h --until 0s --filter container=two --format json
    events --since 1h --until 0s -f container=two -f event=die --format {{.Status}}{{.From}}{{.Actor.Attributes.exitCode}}
    system events --since 1h --until 0s --filter container=one --filter event=create
  `),
  { args: ['events', '--since', '1h', '--until', '0s', '-f', 'container=two'], env: { TZ: 'Asia/Kathmandu' } },
  { args: ['ps', '-a', '--format', `table ${each(PS_FIELDS).replaceAll('|', '\\t')}`] },
  { args: ['ps', '-a', '--format', each(PS_FIELDS)] },
  { args: ['ps', '-a', '--format', '{{json .}}'] },
  { args: ['ps', '-a', '--format', '{{upper .Names}} {{.Status}} {{truncate .ID 3}} {{pad .Names 1 2}}|'] },
  { args: ['ps', '-a', '--no-trunc', '--format', '{{range split .Command " "}}<{{.}}>{{end}}'] },
  { args: ['images', '--format', `table ${each(IMAGE_FIELDS).replaceAll('|', '\\t')}`] },
  { args: ['images', '--format', each(IMAGE_FIELDS)] },
  { args: ['images', '--digests', '--format', 'table {{.Repository}}'] },
  { args: ['network', 'ls', '--format', each(NETWORK_FIELDS)] },
  { args: ['network', 'ls', '--format', 'json'] },
  { args: ['inspect', '-f', '{{range $k, $v := .Config.Labels}}{{$k}}={{$v}};{{end}}', 'one'] },
  { args: ['inspect', '-f', '{{json .State}}', 'two'] },
  { args: ['inspect', '-f', '{{json .Config}}', 'one'] },
  { args: ['inspect', '-f', '{{json .HostConfig}}', 'one'] },
  { args: ['inspect', '-f', '{{json .NetworkSettings}}', 'one'] },
  { args: ['inspect', '-f', '{{json .}}', 'one'] },
  { args: ['inspect', '-f', '{{json .}}', 'busybox'] },
  { args: ['inspect', '-f', '{{index .Config.Labels "a.b-c"}}', 'one'] },
  { args: ['network', 'inspect', '-f', '{{json .}}', 'host'] },
  { args: ['version', '--format', '{{json .Server}}'] },
  { args: ['version', '--format', '{{.Server.APIVersion}} {{.Client.APIVersion}} {{.Client.Os}}/{{.Client.Arch}}'] },
  { args: ['info', '--format', '{{json .Swarm}} {{.NCPU}} {{.DefaultRuntime}} {{len .Labels}}'] },
  { args: ['ps', '-a', '--format', '{{.CreatedAt}}'], env: { TZ: 'Europe/Berlin' } },
  { args: ['ps', '-a', '--format', '{{.CreatedAt}}'], env: { TZ: 'America/St_Johns' } },
  { args: ['ps', '-a', '--format', '{{.CreatedAt}}'], env: { TZ: 'Asia/Kathmandu' } },
  { args: ['history', '-H=false', 'busybox'], env: { TZ: 'Europe/Berlin' } },
]
