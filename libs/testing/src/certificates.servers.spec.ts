import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { connect, createServer, type Server } from 'node:tls'
import { PreconditionError, tlsRemedyOf } from '@freshet/kernel'
import { type Certificates, type Identity, makeCertificates } from './certificates'
import { type TemporaryDirectory, temporaryDirectory } from './temporary-directory'

let directory: TemporaryDirectory
let certificates: Certificates
let server: Server

const shown = ({ key, certificate }: Identity) => ({ key: readFileSync(key), cert: readFileSync(certificate) })

beforeAll(async () => {
  directory = await temporaryDirectory()
  certificates = await makeCertificates(directory.path)
  const ca = readFileSync(certificates.authority)
  server = createServer({ ...shown(certificates.server), ca, requestCert: true, rejectUnauthorized: false }, (socket) =>
    socket.end(`${socket.authorized}`),
  )
  server.on('tlsClientError', () => {}).listen(0, '127.0.0.1')
  await once(server, 'listening')
})

afterAll(async () => {
  await once(server.close(), 'close')
  await directory[Symbol.asyncDispose]()
})

/** What the server says of a client that trusts `authority`. */
async function asked(authority: string, identity: Identity): Promise<string> {
  const { port } = server.address() as AddressInfo
  const socket = connect({ host: '127.0.0.1', port, ca: readFileSync(authority), ...shown(identity) })
  const [answer] = (await once(socket, 'data')) as [Buffer]
  socket.destroy()
  return answer.toString()
}

describe('certificates of a test', () => {
  it('let a server and a client of one authority know each other', async () => {
    expect(await asked(certificates.authority, certificates.client)).toBe('true')
  })

  it('keep out who is of another authority, or trusts another', async () => {
    await using other = await temporaryDirectory()
    const theirs = await makeCertificates(other.path)
    expect(await asked(certificates.authority, theirs.client)).toBe('false')
    const failure: unknown = await asked(theirs.authority, theirs.client).catch((error: unknown) => error)
    expect(tlsRemedyOf(failure)).toContain('trust the authority that signed its certificate')
  })

  it('give a server its key and its certificate in one file as well', () => {
    const { both, key, certificate } = certificates.server
    expect(readFileSync(both, 'utf8')).toBe(readFileSync(key, 'utf8') + readFileSync(certificate, 'utf8'))
    expect(readFileSync(key, 'utf8')).toMatch(/^-----BEGIN PRIVATE KEY-----/)
  })

  it('name what to install where openssl is missing', async () => {
    const { PATH } = process.env
    process.env.PATH = '/nowhere'
    try {
      const made = makeCertificates(directory.path)
      await expect(made).rejects.toThrow(PreconditionError)
      await expect(made).rejects.toThrow(/install openssl 3/)
    } finally {
      process.env.PATH = PATH
    }
  })
})
