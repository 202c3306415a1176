import { EventEmitter } from 'node:events'
import { status, type Server, type UntypedServiceImplementation } from '@grpc/grpc-js'
import { addHealth } from './health'

/** A probe that watches: what it was told, and whether it was ended. */
class Watch extends EventEmitter {
  readonly told: string[] = []
  ends = 0
  readonly request: { readonly service: string }
  constructor(service: string) {
    super()
    this.request = { service }
  }

  write(answer: { readonly status: string }): boolean {
    this.told.push(answer.status)
    return true
  }

  end(): void {
    this.ends++
  }
}

/** Health on a server that is no more than its handlers. */
function openHealth() {
  const handlers: Record<string, (call: unknown, answer?: unknown) => void> = {}
  const server = { addService: (_: unknown, added: UntypedServiceImplementation) => void Object.assign(handlers, added) }
  const health = addHealth(server as unknown as Server)
  const check = (service: string): Promise<unknown> =>
    new Promise((resolve) =>
      handlers.check({ request: { service } }, (error: { code: number } | null, answer?: { status: string }) =>
        resolve(error ? error.code : answer?.status),
      ),
    )
  const watch = (service: string): Watch => {
    const call = new Watch(service)
    handlers.watch(call)
    return call
  }
  return { health, check, watch }
}

describe('health', () => {
  it('tells of each name what was said of it last, and knows no other', async () => {
    const { health, check } = openHealth()
    health.starting('ranker')
    health.serving('trainer')
    expect([await check('ranker'), await check('trainer'), await check('x')]).toEqual(['NOT_SERVING', 'SERVING', status.NOT_FOUND])
    health.serving('ranker')
    health.starting('trainer')
    expect([await check('ranker'), await check('trainer')]).toEqual(['SERVING', 'NOT_SERVING'])
  })

  it('sends who watches each turn', () => {
    const { health, watch } = openHealth()
    health.starting('ranker')
    const seen = watch('ranker')
    health.serving('ranker')
    expect(seen.told).toEqual(['NOT_SERVING', 'SERVING'])
    expect(seen.ends).toBe(0)
  })

  it('sends everybody elsewhere once it drains, for good, and ends those who watch', async () => {
    const { health, check, watch } = openHealth()
    for (const name of ['', 'ranker']) health.serving(name)
    const [stays, left] = [watch('ranker'), watch('')]
    left.emit('cancelled')
    health.drain()
    expect([await check(''), await check('ranker')]).toEqual(['NOT_SERVING', 'NOT_SERVING'])
    expect([stays.told, stays.ends, left.ends]).toEqual([['SERVING', 'NOT_SERVING'], 1, 0])
    health.serving('ranker')
    health.serving('new')
    expect([await check('ranker'), await check('new')]).toEqual(['NOT_SERVING', status.NOT_FOUND])
  })
})
