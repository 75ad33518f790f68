import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A self-signed certificate for this machine, good for a day; undefined where there is no openssl. */
export function certificate(names = 'DNS:localhost,IP:127.0.0.1'): { cert: string; key: string } | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'gantry-certificate-'))
  try {
    const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')]
    const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
    const subject = ['-subj', '/CN=gantry-test', '-addext', `subjectAltName=${names}`]
    const { status } = spawnSync('openssl', [
      'req',
      '-x509',
      ...curve,
      '-days',
      '1',
      ...subject,
      '-keyout',
      key,
      '-out',
      cert,
    ])
    return status === 0 ? { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') } : undefined
  } finally {
    rmSync(folder, { recursive: true })
  }
}
