// biome-ignore-all lint/suspicious/noTemplateCurlyInString: a Dockerfile's variables, not JavaScript's
/** Instructions for images that are not built, held to what Docker's parser makes of them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ContainerDefaults } from '#oci'
import { applyChanges, NO_DEFAULTS } from './changes.ts'

/** What `changes` set. */
function changed(...changes: string[]): Partial<ContainerDefaults> {
  const now = applyChanges(NO_DEFAULTS, changes)
  const entries = Object.entries(now).filter(
    ([key, value]) =>
      JSON.stringify(value) !== JSON.stringify(Object.entries(NO_DEFAULTS).find(([k]) => k === key)?.[1]),
  )
  return Object.fromEntries(entries.map(([key, value]) => [key, key === 'labels' ? { ...value } : value]))
}

const GIVES: readonly (readonly [changes: readonly string[], result: Partial<ContainerDefaults>])[] = [
  [['CMD ["a", "b c"]'], { cmd: ['a', 'b c'] }],
  [['cmd a b  c'], { cmd: ['/bin/sh', '-c', 'a b  c'] }],
  [['CMD'], { cmd: ['/bin/sh', '-c'] }],
  [['CMD []'], { cmd: [] }],
  [['CMD [not json'], { cmd: ['/bin/sh', '-c', '[not json'] }],
  [["CMD ['a']"], { cmd: ['/bin/sh', '-c', "['a']"] }],
  [['CMD echo $HOME "x"'], { cmd: ['/bin/sh', '-c', 'echo $HOME "x"'] }],
  [['ENTRYPOINT ["/x"]'], { entrypoint: ['/x'] }],
  [['ENTRYPOINT x y'], { entrypoint: ['/bin/sh', '-c', 'x y'] }],
  [['ENTRYPOINT []'], {}],
  [['ENTRYPOINT'], {}],
  [['CMD a', 'ENTRYPOINT ["x"]'], { cmd: ['/bin/sh', '-c', 'a'], entrypoint: ['x'] }],
  [['ENV A=1 B="two words" C=a\\ b D=\'$A\''], { env: ['A=1', 'B=two words', 'C=a b', 'D=$A'] }],
  [['ENV A one two'], { env: ['A=one two'] }],
  [
    ['ENV A=1', 'ENV A=2 B=$A C=${A} D=${X:-none} E=${A:+set} F=${X-u} G=x${X}y'],
    { env: ['A=2', 'B=1', 'C=1', 'D=none', 'E=set', 'F=u', 'G=xy'] },
  ],
  [['ENV A=', 'ENV B=${A:-empty} C=${A-set} D=${A:+x} E="${A:-"q"}"'], { env: ['A=', 'B=empty', 'C=', 'D=', 'E=q'] }],
  [['ENV A=\\$B C="\\$D" E="a\\b"'], { env: ['A=$B', 'C=$D', 'E=a\\b'] }],
  [['ENV A=b\\', 'c'], { env: ['A=bc'] }],
  [['ENV A=b \\', '# a comment', '', '  C=d'], { env: ['A=b', 'C=d'] }],
  [['ENV a=$ b=$1 c=100%'], { env: ['a=$', 'b=', 'c=100%'] }],
  [['EXPOSE 80 53/udp 8000-8002/TCP'], { exposedPorts: ['53/udp', '80/tcp', '8000/tcp', '8001/tcp', '8002/tcp'] }],
  [['EXPOSE 127.0.0.1:8080:80'], { exposedPorts: ['80/tcp'] }],
  [['ENV P="80 81"', 'EXPOSE $P 80'], { env: ['P=80 81'], exposedPorts: ['80/tcp', '81/tcp'] }],
  [['LABEL a=b "c d"="e f"', 'LABEL a=x __proto__=y'], { labels: { a: 'x', 'c d': 'e f', ['__proto__']: 'y' } }],
  [['LABEL description one two'], { labels: { description: 'one two' } }],
  [['USER app:staff'], { user: 'app:staff' }],
  [['VOLUME /a /b', 'VOLUME ["/c d"]'], { volumes: ['/a', '/b', '/c d'] }],
  [['WORKDIR /a/b/', 'WORKDIR c/../d'], { workingDir: '/a/b/d' }],
  [['WORKDIR x'], { workingDir: '/x' }],
  [['ONBUILD RUN make', 'ONBUILD COPY . $X'], { onBuild: ['RUN make', 'COPY . $X'] }],
  [['STOPSIGNAL SIGKILL'], { stopSignal: 'SIGKILL' }],
  [['STOPSIGNAL 9'], { stopSignal: '9' }],
  [['STOPSIGNAL rtmin+3'], { stopSignal: 'rtmin+3' }],
  [
    ['HEALTHCHECK NONE'],
    { healthcheck: { test: ['NONE'], interval: 0, timeout: 0, startPeriod: 0, startInterval: 0, retries: 0 } },
  ],
  [
    ['HEALTHCHECK --interval=1m30s --timeout=5s --start-period=1s --start-interval="2s" --retries=3 CMD curl -f x'],
    {
      healthcheck: {
        test: ['CMD-SHELL', 'curl -f x'],
        interval: 90e9,
        timeout: 5e9,
        startPeriod: 1e9,
        startInterval: 2e9,
        retries: 3,
      },
    },
  ],
  [
    ['healthcheck cmd ["a"]'],
    { healthcheck: { test: ['CMD', 'a'], interval: 0, timeout: 0, startPeriod: 0, startInterval: 0, retries: 0 } },
  ],
  [['# nothing but a comment', 'USER x'], { user: 'x' }],
  [['USER a\nUSER b'], { user: 'b' }],
]

for (const [changes, result] of GIVES) {
  test(changes.join(' / '), () => assert.deepEqual(changed(...changes), result))
}

const REFUSES: readonly (readonly [change: string, reason: string])[] = [
  ['RUN make', 'RUN is not a valid change command'],
  ['from x', 'from is not a valid change command'],
  ['constructor x', 'constructor is not a valid change command'],
  ['CMD [1]', 'when using JSON array syntax, arrays must be comprised of strings only'],
  ['ENV', 'ENV requires at least one argument'],
  ['ENV A', 'ENV must have two arguments'],
  ['ENV A=1 B', 'Syntax error - can\'t find = in "B". Must be of the form: name=value'],
  ['ENV =1', 'ENV names can not be blank'],
  ['LABEL =1', 'LABEL names can not be blank'],
  ['ENV A="x', 'failed to process "\\"x": unexpected end of statement while looking for matching double-quote'],
  ["ENV A='x", 'failed to process "\'x": unexpected end of statement while looking for matching single-quote'],
  ['ENV A=${B', 'failed to process "${B": syntax error: missing \'}\''],
  ['ENV A=${}', 'failed to process "${}": syntax error: bad substitution'],
  ['ENV A=${', 'failed to process "${": syntax error: missing \'}\''],
  ['ENV A=${B:-', 'failed to process "${B:-": syntax error: missing \'}\''],
  ['ENV A=${B:?wanted}', 'failed to process "${B:?wanted}": B: wanted'],
  ['ENV A=${B?}', 'failed to process "${B?}": B: is not allowed to be unset'],
  ['ENV A=${B%x}', 'failed to process "${B%x}": unsupported modifier (%) in substitution'],
  ['EXPOSE', 'EXPOSE requires at least one argument'],
  ['EXPOSE x', 'invalid containerPort: x'],
  ['EXPOSE 80/icmp', 'invalid proto: icmp'],
  ['EXPOSE /tcp', 'no port specified: /tcp<empty>'],
  ['EXPOSE 65536', 'invalid containerPort: 65536'],
  ['EXPOSE 20-10', 'invalid containerPort: 20-10'],
  ['USER', 'USER requires exactly one argument'],
  ['WORKDIR', 'WORKDIR requires exactly one argument'],
  ['WORKDIR $X', 'cannot normalize nothing'],
  ['VOLUME', 'VOLUME requires at least one argument'],
  ['VOLUME [""]', 'VOLUME specified can not be an empty string'],
  ['ONBUILD', 'ONBUILD requires at least one argument'],
  ['ONBUILD ONBUILD x', "Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed"],
  ['ONBUILD from x', "FROM isn't allowed as an ONBUILD trigger"],
  ['STOPSIGNAL SIGNOPE', 'invalid signal: SIGNOPE'],
  ['STOPSIGNAL 0', 'invalid signal: 0'],
  ['HEALTHCHECK', 'HEALTHCHECK requires at least one argument'],
  ['HEALTHCHECK curl', 'Unknown type "CURL" in HEALTHCHECK (try CMD)'],
  ['HEALTHCHECK CMD', 'Missing command after HEALTHCHECK CMD'],
  ['HEALTHCHECK CMD []', 'Missing command after HEALTHCHECK CMD'],
  ['HEALTHCHECK NONE x', 'HEALTHCHECK NONE takes no arguments'],
  ['HEALTHCHECK --nope=1 CMD x', 'unknown flag: --nope'],
  ['HEALTHCHECK --timeout CMD x', 'missing a value on flag: --timeout'],
  ['HEALTHCHECK --retries=1 --retries=2 CMD x', 'duplicate flag specified: --retries'],
  ['HEALTHCHECK --retries=-1 CMD x', '--retries cannot be negative (-1)'],
  ['HEALTHCHECK --interval=1us CMD x', 'Interval "interval" cannot be less than 1ms'],
  ['HEALTHCHECK --interval=x CMD x', 'time: invalid duration "x"'],
  ['CMD --x y', 'unknown flag: --x'],
  ['', 'file with no instructions'],
  ['# nothing', 'file with no instructions'],
]

for (const [change, message] of REFUSES) {
  test(`refuses ${change}`, () => {
    assert.throws(() => changed(change), { kind: 'invalid-argument', message })
  })
}

test('what an image has already is changed, not replaced', () => {
  const before = {
    ...NO_DEFAULTS,
    env: ['PATH=/bin', 'A=1'],
    cmd: ['old'],
    volumes: ['/v'],
    shell: ['/bin/bash', '-c'],
  }
  const now = applyChanges(before, ['ENV PATH=/x:$PATH', 'VOLUME /w', 'ENTRYPOINT run'])
  assert.deepEqual(now.env, ['PATH=/x:/bin', 'A=1'])
  assert.deepEqual(now.volumes, ['/v', '/w'])
  assert.deepEqual(now.entrypoint, ['/bin/bash', '-c', 'run'])
  assert.equal(now.cmd, undefined, 'a command without its entrypoint')
  assert.deepEqual(applyChanges(before, []), before)
})

test('long and deep input costs little', () => {
  assert.throws(() => changed(`ENV A=${'${B:-'.repeat(5000)}`), /nested too deep/)
  assert.throws(() => changed('x'.repeat(2_000_000)), /at most 1048576/)
  const begin = performance.now()
  changed(`ENV A=${'$B'.repeat(200_000)}`)
  changed(`CMD ${'\\ '.repeat(200_000)}x`)
  changed(`ENV ${'A=1 '.repeat(2_000)}`)
  assert.ok(performance.now() - begin < 2000)
})
