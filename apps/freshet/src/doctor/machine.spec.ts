import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { coresMaxIn, machineFindings, NODE_MIN, readMachine, type Machine } from './machine'

const GOOD: Machine = { node: 'v22.1.0', cores: 8, memoryBytes: 16 * 2 ** 30, availableBytes: 8 * 2 ** 30 }
const found = (machine: Partial<Machine>) => machineFindings({ ...GOOD, ...machine })
const states = (machine: Partial<Machine>) => found(machine).map(({ state }) => state)

describe('a machine', () => {
  it('that has enough of everything is good', () => {
    expect(found({})).toEqual([
      { check: 'Node', state: 'good', says: 'v22.1.0, and 20.19.0 or newer is needed' },
      { check: 'processor', state: 'good', says: '8 of 8 cores may be used' },
      { check: 'memory', state: 'good', says: '16.0 GiB, 8.0 GiB of it free' },
    ])
  })

  it.each([
    ['v20.19.0', 'good'],
    ['v20.20.2', 'good'],
    ['v21.0.0', 'good'],
    ['v20.18.9', 'wrong'],
    ['v18.99.99', 'wrong'],
    ['v9.9.9', 'wrong'],
  ])('with Node %s is %s', (node, state) => expect(states({ node })[0]).toBe(state))

  it('needs the Node that the workspace is tested with', () => {
    const { engines } = JSON.parse(readFileSync(resolve(__dirname, '../../../../package.json'), 'utf8')) as { engines: { node: string } }
    expect(engines.node).toBe(`>=${NODE_MIN}`)
  })

  it('of one core, or with a container that may keep less than two busy, is odd', () => {
    expect(found({ coresMax: 1.5 })[1]).toMatchObject({
      state: 'odd',
      says: '1.5 of 8 cores may be used',
      remedy: expect.stringContaining('two'),
    })
    expect(states({ cores: 1 })[1]).toBe('odd')
    expect(states({ coresMax: 16 })[1]).toBe('good')
  })

  it('with little memory left is odd, with next to none wrong', () => {
    expect(found({ memoryBytesMax: 4 * 2 ** 30, availableBytes: 1.5 * 2 ** 30 })[2]).toMatchObject({
      state: 'odd',
      says: '4.0 GiB, by a limit, 1.5 GiB of it free',
      remedy: expect.stringContaining('2.0 GiB are room'),
    })
    expect(states({ availableBytes: 2 ** 29 })[2]).toBe('wrong')
  })

  it.each([
    ['200000 100000\n', 2],
    ['50000 100000', 0.5],
    ['max 100000\n', undefined],
    ['', undefined],
  ])('with cpu.max %j may keep %p cores busy', (text, cores) => expect(coresMaxIn(text)).toBe(cores))

  it('such as this one is read', () => {
    const machine = readMachine()
    expect(machine.node).toBe(process.version)
    expect(machine.cores).toBeGreaterThan(0)
    expect(machine.availableBytes).toBeGreaterThan(0)
    expect(machine.availableBytes).toBeLessThanOrEqual(machine.memoryBytes)
    expect(machine.memoryBytesMax ?? 0).toBeLessThan(machine.memoryBytes)
  })
})
