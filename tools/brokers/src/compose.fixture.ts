import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'

/** A service of deploy/compose.yaml, as far as specs look at it. */
export interface ComposeService {
  readonly image: string
  /** `address:port:port of the container`. */
  readonly ports: readonly string[]
  readonly environment?: Readonly<Record<string, string | number>>
  readonly command?: readonly string[]
  /** `volume:path`. */
  readonly volumes: readonly string[]
  readonly healthcheck: { readonly test: readonly string[] }
}

/** What deploy/compose.yaml says. */
export interface Compose {
  readonly services: Readonly<Record<'kafka' | 'redis', ComposeService>>
  readonly volumes: Readonly<Record<string, unknown>>
}

/** The file's text: its comments tell how it is used. */
export const composeText = (): string => readFileSync(join(__dirname, '..', '..', '..', 'deploy', 'compose.yaml'), 'utf8')

/** Reads deploy/compose.yaml. */
export const readCompose = (): Compose => parse(composeText()) as Compose
