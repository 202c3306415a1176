import path from 'node:path'
import type { ComputeRequest } from '@freshet/contracts'
import { ReplicaClient } from '@freshet/contracts/services'
import { call, connect, isServed, loadConfig, openHost, type Served } from '@freshet/service'
import { sourceArguments } from '@freshet/testing'
import { dialReplica } from './dial-replica'
import { compileInterpreted } from './graph-thread.fixture'
import { serveReplica } from './serve-replica'
import { smallRanker } from './small-ranker.fixture'

const HASH = 'ab'.repeat(32)
const MESSAGE_BYTES_MAX = 300_000

let served: Served

beforeAll(async () => {
  const replica = { grpc: '127.0.0.1:0' }
  const overrides = { replica, logging: { level: 'silent' as const }, messageBytesMax: MESSAGE_BYTES_MAX }
  served = await serveReplica(openHost(loadConfig({ env: {}, overrides }), 'replica'), {
    graph: async () => ({ hash: HASH, gradient: smallRanker().gradient }),
    thread: {
      compiler: { module: path.join(__dirname, 'graph-thread.fixture.ts'), name: compileInterpreted.name },
      execArgv: [...sourceArguments],
    },
  })
}, 60_000)

afterAll(() => served.close())

const opening = (graphHash = HASH): ComputeRequest => ({ request: { $case: 'opening', opening: { graphHash } } })
const piece = (values: Uint8Array): ComputeRequest => ({
  request: { $case: 'piece', piece: { name: 'labels', length: 1, offset: 0, values, crc32: 0 } },
})

describe('a line to a replica', () => {
  it('brings answers in their order, and the health of the replica is asked where that of all services is', async () => {
    const line = dialReplica(served.grpcAddress)()
    line.send(opening())
    line.send(opening())
    expect([await line.next(), await line.next()]).toEqual([1, 2].map(() => ({ response: { $case: 'ready', ready: {} } })))
    const client = connect(ReplicaClient, served.grpcAddress)
    expect(await call(client, 'getStatus', {})).toEqual({ streams: 1, shards: 0 })
    client.close()
    line.close()
    expect(await isServed(served.grpcAddress, 'freshet.trainer.v1.Replica')).toBe(true)
  }, 60_000)

  it('brings a refusal with its code, field, value, rule and remedy', async () => {
    const line = dialReplica(served.grpcAddress)()
    line.send(opening('00'))
    await expect(line.next()).rejects.toMatchObject({
      ...{ code: 'INVALID_FIELD', retryable: false },
      details: {
        ...{ field: 'graph_hash', value: '00', rule: `this replica builds ${HASH} from its own dictionary` },
        remedy: 'give both processes the same dictionary, model and version of Freshet',
      },
    })
    line.send(opening()) // nobody hears it, and nothing happens
    line.close()
  })

  it.each([
    ['a damaged piece', 4, { code: 'CORRUPT' }],
    ['a message above the bound', MESSAGE_BYTES_MAX, { code: 'MESSAGE_TOO_LARGE' }],
  ])(
    'brings the refusal of %s',
    async (_, bytes, refusal) => {
      const line = dialReplica(served.grpcAddress)()
      line.send(opening())
      await line.next()
      line.send(piece(new Uint8Array(bytes).fill(1)))
      await expect(line.next()).rejects.toMatchObject(refusal)
      line.close()
    },
    60_000,
  )

  it('says that nobody is there, and that it was closed, as what may be otherwise soon', async () => {
    const nobody = dialReplica('127.0.0.1:1')()
    nobody.send(opening())
    const message = 'the replica at 127.0.0.1:1 is not available; start it: npx freshet replica'
    await expect(nobody.next()).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true, message })
    nobody.close()
    const closed = dialReplica(served.grpcAddress)()
    const answer = expect(closed.next()).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true })
    closed.close()
    await answer
  })
})
