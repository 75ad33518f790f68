import type { AuthConfig } from '#api'
import { Failure } from '../failure.ts'
import { bool, string } from '../flags/kinds.ts'
import { credentialsFor, HUB_KEY, helperOf, keepCredentials, keyOf } from '../image/credentials.ts'
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
    if (kept !== undefined) out.line('Authenticating with existing credentials...')
    const auth = kept ?? { ...(await complete(context, typed, key)), serveraddress: key }
    const answer = await client.system.auth(auth)
    const token = answer.IdentityToken === '' ? {} : { password: '', identitytoken: answer.IdentityToken }
    await keepCredentials(context.host, config, { ...auth, ...token, serveraddress: key })
    if (helperOf(config.settings, key) === '') warnOfPlainText(context, config.path)
    if (answer.Status !== '') out.line(answer.Status)
  },
})

/** What was not said is asked for, where somebody can answer. */
async function complete(
  { streams }: Context,
  { username, password }: { readonly username: string; readonly password: string },
  key: string,
): Promise<AuthConfig> {
  if ((username === '' || password === '') && !streams.in.isTerminal) {
    throw new Failure('Error: Cannot perform an interactive login from a non TTY device')
  }
  const where = key === HUB_KEY ? 'Docker Hub' : key
  const name = username === '' ? (await ask(streams, `Username for ${where}: `, { hidden: false })).trim() : username
  if (name === '') throw new Failure('username is required')
  const secret = password === '' ? await ask(streams, 'Password: ', { hidden: true }) : password
  if (secret === '') throw new Failure('password is required')
  return { username: name, password: secret }
}

function warnOfPlainText({ streams }: Context, path: string): void {
  streams.err.line('')
  streams.err.line(`WARNING! Your credentials are stored unencrypted in '${path}'.`)
  streams.err.line('Configure a credential helper to remove this warning. See')
  streams.err.line('https://docs.docker.com/go/credential-store/')
  streams.err.line('')
}
