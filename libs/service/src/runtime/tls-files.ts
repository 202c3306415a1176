import { readFileSync } from 'node:fs'
import type { ConnectionOptions } from 'node:tls'
import { InvalidFieldError } from '@freshet/kernel'

/** PEM files of a section of the configuration; '' for none. */
export interface TlsFiles {
  readonly caFile: string
  readonly certFile: string
  readonly keyFile: string
}

/** Whom one trusts and what one shows, as far as files of it are configured; undefined where none is. Throws InvalidFieldError by the setting's name. */
export function readTlsFiles(section: string, files: TlsFiles): ConnectionOptions | undefined {
  const read = (name: keyof TlsFiles): string | undefined => (files[name] === '' ? undefined : readPem(`${section}.${name}`, files[name]))
  const options = { ca: read('caFile'), cert: read('certFile'), key: read('keyFile') }
  if ((options.cert === undefined) !== (options.key === undefined))
    throw new InvalidFieldError({
      field: `${section}.certFile`,
      value: files.certFile,
      rule: 'a certificate and its private key go together',
      remedy: `configure both ${section}.certFile and ${section}.keyFile, or neither`,
    })
  return Object.values(options).some((each) => each !== undefined) ? options : undefined
}

function readPem(field: string, file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const rule = `it is a PEM file that can be read (${String(error)})`
    throw new InvalidFieldError({ field, value: file, rule, remedy: 'correct its path, or let this user read it' })
  }
}
