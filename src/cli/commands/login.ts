import type { AuthConfig } from '#api'
import type { Client } from '#client'
import { Unauthorized } from '#lib/errors'
import { Failure } from '../failure.ts'
import { bool, string } from '../flags/kinds.ts'
import { credentialsFor, helperOf, keepCredentials, keyOf } from '../image/credentials.ts'
import { ask, readSecret } from '../io/ask.ts'
import { command } from '../program/command.ts'
import type { Context } from '../program/context.ts'

export const login = command({
  usage: '[OPTIONS] [SERVER]',
  arity: { min: 0, max: 1 },
  flags: {
    password: string('Password or Personal Access Token (PAT)', { short: 'p' }),
    'password-stdin': bool('Take the Password or Personal Access Token (PAT) from stdin'),
    username: string('Username', { short: 'u' }),
  },
  examples: ['login -u me registry.example.com', 'login -u me --password-stdin registry.example.com < token'],
  async run({ context, flags, given, args: [server = ''] }) {
    const { err, out } = context.streams
    if (given.has('password')) {
      err.line('WARNING! Using --password via the CLI is insecure. Use --password-stdin.')
      if (flags['password-stdin']) throw new Failure('--password and --password-stdin are mutually exclusive')
    }
    if (flags['password-stdin'] && flags.username === '')
      throw new Failure('Must provide --username with --password-stdin')
    const key = keyOf(server)
    const { client, config } = await context.connect()
    const typed = {
      username: flags.username,
      password: flags['password-stdin'] ? await readSecret(context.streams) : flags.password,
    }
    const kept =
      typed.username === '' && typed.password === ''
        ? await credentialsFor(context.host, config.settings, key)
        : undefined
    const { auth, answer } = await authenticate(context, client, { typed, kept, key })
    const token = answer.IdentityToken === '' ? {} : { password: '', identitytoken: answer.IdentityToken }
    await keepCredentials(context.host, config, { ...auth, ...token, serveraddress: key })
    if (helperOf(config.settings, key) === '') warnOfPlainText(context, config.path)
    if (answer.Status !== '') out.line(answer.Status)
  },
})

interface Typed {
  readonly username: string
  readonly password: string
}

interface Asked {
  readonly typed: Typed
  readonly kept: AuthConfig | undefined
  readonly key: string
}

/** With what is kept, as long as the registry takes it; then with what a person says. */
async function authenticate(context: Context, client: Client, { typed, kept, key }: Asked) {
  const { err, in: input } = context.streams
  if (kept !== undefined) {
    err.line(`Authenticating with existing credentials...${kept.username ? ` [Username: ${kept.username}]` : ''}`)
    try {
      return { auth: kept, answer: await client.system.auth(kept) }
    } catch (error) {
      if (!(error instanceof Unauthorized) || !input.isTerminal) throw error
      err.line('Stored credentials invalid or expired')
    }
  }
  const auth = { ...(await complete(context, typed, kept?.username ?? '')), serveraddress: key }
  return { auth, answer: await client.system.auth(auth) }
}

/** What was not said is asked for, where somebody can answer; `known` is the user of the last time. */
async function complete(context: Context, { username, password }: Typed, known: string): Promise<AuthConfig> {
  if ((username === '' || password === '') && !context.streams.in.isTerminal) {
    throw new Failure('Error: Cannot perform an interactive login from a non TTY device')
  }
  const question = known === '' ? 'Username: ' : `Username (${known}): `
  const name = username === '' ? (await ask(context, question, { hidden: false })).trim() || known : username
  if (name === '') throw new Failure('Error: Non-null Username Required')
  const secret = password === '' ? await ask(context, 'Password: ', { hidden: true }) : password
  if (secret === '') throw new Failure('Error: Password Required')
  return { username: name, password: secret }
}

function warnOfPlainText({ streams }: Context, path: string): void {
  streams.err.line('')
  streams.err.line(`WARNING! Your credentials are stored unencrypted in '${path}'.`)
  streams.err.line('Configure a credential helper to remove this warning. See')
  streams.err.line('https://docs.docker.com/go/credential-store/')
  streams.err.line('')
}
