import { writeFile } from 'node:fs/promises'
import { InvalidFieldError } from '@freshet/kernel'
import { type TemporaryDirectory, temporaryDirectory } from '@freshet/testing'
import { readTlsFiles, type TlsFiles } from './tls-files'

const NONE: TlsFiles = { caFile: '', certFile: '', keyFile: '' }
let directory: TemporaryDirectory

beforeEach(async () => {
  directory = await temporaryDirectory()
  for (const name of ['ca', 'cert', 'key']) await writeFile(directory.within(`${name}.pem`), name)
})
afterEach(() => directory[Symbol.asyncDispose]())

const pem = (name: string): string => directory.within(`${name}.pem`)

describe('the PEM files of a section', () => {
  it('are whom one trusts and what one shows', () => {
    const files = { caFile: pem('ca'), certFile: pem('cert'), keyFile: pem('key') }
    expect(readTlsFiles('kafka', files)).toEqual({ ca: 'ca', cert: 'cert', key: 'key' })
    expect(readTlsFiles('kafka', { ...NONE, caFile: pem('ca') })).toEqual({ ca: 'ca', cert: undefined, key: undefined })
  })

  it('are no matter where none is configured', () => {
    expect(readTlsFiles('redis', NONE)).toBeUndefined()
  })

  it('are refused by their setting where one cannot be read', () => {
    const read = () => readTlsFiles('kafka', { ...NONE, caFile: pem('missing') })
    expect(read).toThrow(InvalidFieldError)
    expect(read).toThrow(/^kafka\.caFile is '.*missing\.pem', but it is a PEM file that can be read \(Error: ENOENT.*\); correct its path/)
  })

  it.each(['certFile', 'keyFile'] as const)('are refused with the remedy where %s stands alone', (name) => {
    expect(() => readTlsFiles('redis', { ...NONE, [name]: pem('key') })).toThrow(/configure both redis\.certFile and redis\.keyFile/)
  })
})
