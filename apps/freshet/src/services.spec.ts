import { TOPICS } from '@freshet/event-log'
import { call, loadConfig } from '@freshet/service'
import { temporaryDirectory } from '@freshet/testing'
import { freeAddress, hostServices } from './all-in-one'
import { findServices, withServices } from './services'

const NONE = { grpc: '127.0.0.1:1', http: '' }

const configFor = (data: string, all = NONE, name = 'default') =>
  loadConfig({
    env: {},
    overrides: {
      ...{ name, data, all, logging: { level: 'silent' } },
      ...{ ingest: NONE, featureStore: NONE, trainer: NONE, migrator: NONE, ranker: NONE },
    },
  })

describe('services that nobody serves', () => {
  it('are hosted in this process for as long as a command takes', async () => {
    await using directory = await temporaryDirectory()
    const config = configFor(directory.path)
    const notes: string[] = []
    const needs = { sections: ['migrator', 'ingest'] as const, canCreate: true, note: (text: string) => notes.push(text) }
    const replayId = await withServices(config, needs, async ({ migrator, ingest }) => {
      expect((await call(migrator, 'getStatus', {})).moves).toEqual([])
      return (await call(ingest, 'openReplay', { source: 'a file' })).replayId
    })
    expect(replayId).not.toBe('')
    expect(notes).toEqual(['nobody serves migrator, ingest; hosting in this process'])
    expect(await findServices(config, ['ingest'])).toEqual({ ingest: undefined })
  })

  it('are closed also when the command fails', async () => {
    await using directory = await temporaryDirectory()
    const needs = { sections: ['migrator'] as const, canCreate: true, note: () => undefined }
    const failing = withServices(configFor(directory.path), needs, () => Promise.reject(new RangeError('no')))
    await expect(failing).rejects.toThrow('no')
  })
})

describe('an all-in-one', () => {
  it('is found for each service that it hosts, and keeps its data set', async () => {
    await using directory = await temporaryDirectory()
    const grpc = await freeAddress()
    const config = configFor(directory.path, { grpc, http: '' }, 'shop')
    {
      await using hosted = await hostServices(config, ['ingest', 'migrator'])
      expect(hosted.served.grpcAddress).toBe(grpc)
      expect(await findServices(config, ['ingest', 'migrator', 'ranker'])).toEqual({ ingest: grpc, migrator: grpc, ranker: undefined })
      expect(await findServices(configFor(directory.path, { grpc, http: '' }, 'other'), ['ingest'])).toEqual({ ingest: undefined })
      const { clients } = await withServices(config, { sections: ['ingest'], note: () => undefined }, async (clients) => {
        await call(clients.ingest, 'upsertItems', { items: [{ itemId: 'a', attributes: {}, unavailable: false, createdMs: 1 }] })
        return { clients }
      })
      expect(clients.ingest.getChannel().getTarget()).toContain(grpc)
    }
    await using again = await hostServices(config, ['migrator'])
    const ends = await Promise.all(
      Array.from({ length: 8 }, (_, partition) => again.runtime.log.next({ topic: TOPICS.catalog, partition })),
    )
    expect(ends.reduce((a, b) => a + b)).toBe(1)
  })

  it('makes no data set where its port is taken', async () => {
    await using directory = await temporaryDirectory()
    const grpc = await freeAddress()
    await using first = await hostServices(configFor(directory.path, { grpc, http: '' }, 'first'), ['migrator'])
    const second = hostServices(configFor(directory.path, { grpc, http: '' }, 'second'), ['migrator'])
    await expect(second).rejects.toMatchObject({ code: 'PORT_IN_USE', message: expect.stringContaining('all.grpc') })
    expect(first.runtime.directory).toBe(directory.within('first'))
  })
})
