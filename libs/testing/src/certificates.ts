import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { PreconditionError } from '@freshet/kernel'

/** PEM files of an authority of its own, and of what it signed. */
export interface Certificates {
  /** The authority's certificate. */
  readonly authority: string
  /** A server's key and certificate, for 127.0.0.1 and localhost, also both in one file. */
  readonly server: Identity & { readonly both: string }
  /** A client's key and certificate. */
  readonly client: Identity
}

/** Who one is, by two PEM files. */
export interface Identity {
  /** Unencrypted PKCS #8. */
  readonly key: string
  readonly certificate: string
}

const run = promisify(execFile)
const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
const VALID = ['-days', '2']

/** Makes an authority, and has it sign a server and a client, in an existing folder. Throws PreconditionError where openssl is missing. */
export async function makeCertificates(directory: string): Promise<Certificates> {
  const authority = identityIn(directory, 'authority')
  await request([...toFiles(authority), '-subj', '/CN=Freshet test authority'])
  const sign = async (name: string, extensions: readonly string[]): Promise<Identity> => {
    const identity = identityIn(directory, name)
    const by = ['-CA', authority.certificate, '-CAkey', authority.key]
    await request([...toFiles(identity), ...by, '-subj', `/CN=${name}`, ...extensions.flatMap((each) => ['-addext', each])])
    return identity
  }
  const server = await sign('server', ['basicConstraints=critical,CA:FALSE', 'subjectAltName=IP:127.0.0.1,DNS:localhost'])
  const client = await sign('client', ['basicConstraints=critical,CA:FALSE'])
  const both = join(directory, 'server.both.pem')
  await writeFile(both, `${await readFile(server.key, 'utf8')}${await readFile(server.certificate, 'utf8')}`)
  return { authority: authority.certificate, server: { ...server, both }, client }
}

const identityIn = (directory: string, name: string): Identity => ({
  key: join(directory, `${name}.key.pem`),
  certificate: join(directory, `${name}.pem`),
})

const toFiles = ({ key, certificate }: Identity): string[] => [...NEW_KEY, ...VALID, '-keyout', key, '-out', certificate]

async function request(args: readonly string[]): Promise<void> {
  await run('openssl', ['req', '-x509', ...args], { env: process.env }).catch((error: unknown) => {
    throw new PreconditionError(
      `certificates need 'openssl', which failed (${String(error)})`,
      'install openssl 3 (Debian: apt-get install openssl)',
    )
  })
}
