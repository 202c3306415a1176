import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeWork, SIZES, writeWork } from './work'

const BATCH = 4

describe('the work of the transformer bench', () => {
  const directory = mkdtempSync(join(tmpdir(), 'freshet-transformer-'))
  afterAll(() => rmSync(directory, { recursive: true }))
  const work = makeWork(BATCH)

  it('is the same each time', () => {
    const again = makeWork(BATCH)
    expect(again.feeds.sequence).toEqual(work.feeds.sequence)
    expect(again.feeds.dense).toEqual(work.feeds.dense)
  })

  it('feeds every input of the gradient, and nothing else', () => {
    const names = work.model.gradient.inputs.map(({ attributes }) => ('name' in attributes ? attributes.name : ''))
    expect(Object.keys(work.feeds).sort()).toEqual([...names].sort())
    expect(work.feeds.sequence).toHaveLength(BATCH * (SIZES.positions + 1) * SIZES.width)
  })

  it('is written for the peer as sizes, places of parameters and floats', () => {
    writeWork(directory, work)
    const { parameters, ...sizes } = JSON.parse(readFileSync(join(directory, 'model.json'), 'utf8'))
    expect(sizes).toEqual({ ...SIZES, batch: BATCH })
    expect(parameters[0]).toMatchObject({ name: '0/queries', shape: [64, 64], offset: 0 })
    const bytes = readFileSync(join(directory, 'candidates.bin'))
    expect(bytes).toHaveLength(4 * SIZES.candidates * SIZES.width)
    expect(bytes.readFloatLE(4)).toBe(work.feeds.candidates[1])
  })
})
