import { runtimePins } from './index'

describe('the pins of a process', () => {
  it('name the provider that graphs run on, the CPU unless told', () => {
    expect([runtimePins().provider, runtimePins('cuda').provider]).toEqual(['cpu', 'cuda'])
    expect({ ...runtimePins('cuda'), provider: 'cpu' }).toEqual(runtimePins())
  })

  it('name the instruction set in one order, each extension once, and none that the runtime does not choose by', () => {
    const [architecture, ...extensions] = runtimePins().instructionSet.split(' ')
    expect(architecture).toBe(process.arch)
    expect(new Set(extensions).size).toBe(extensions.length)
    if (process.platform === 'linux') expect(extensions.filter((name) => !/^(avx|fma|amx|asimd|i8mm|sve)/.test(name))).toEqual([])
  })
})
