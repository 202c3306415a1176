import type { House } from './house.fixture'

/** An answer by HTTP, as far as sentences ask. */
export interface HttpAnswer {
  readonly status: number
  readonly type: string
  readonly body: unknown
}

/** What is sent: a text as it is, anything else as JSON. */
export async function post(address: string, path: string, body: unknown): Promise<HttpAnswer> {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return answerOf(await fetch(`http://${address}/${path}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: text }))
}

/** What is there. */
export const get = async (address: string, path: string): Promise<HttpAnswer> => answerOf(await fetch(`http://${address}/${path}`))

/** Where the two doors for HTTP are. */
export const doorsOf = ({ fleet }: Pick<House, 'fleet'>): { readonly ingest: string; readonly ranker: string } => ({
  ingest: fleet.address('ingest-http'),
  ranker: fleet.address('ranker-http'),
})

async function answerOf(response: Response): Promise<HttpAnswer> {
  const type = response.headers.get('content-type') ?? ''
  const text = await response.text()
  return { status: response.status, type, body: type.includes('json') ? JSON.parse(text) : text }
}
