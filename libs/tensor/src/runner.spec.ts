import { add, input, interpretGraph, type GraphSpec } from './index'
import { bindFeeds, orderGraph } from './runner'

const x = input('x', ['B', 3])
const y = input('y', ['B', 1])
const spec: GraphSpec = { name: 'sum', inputs: [x, y], outputs: { sum: add(x, y) } }
const feed = (...shape: number[]) => ({ data: new Float32Array(shape.reduce((a, b) => a * b, 1)), shape })

describe('bindFeeds', () => {
  it('learns the lengths of symbols from the feeds', () => {
    expect(bindFeeds(spec, { x: feed(7, 3), y: feed(7, 1) })).toEqual(new Map([['B', 7]]))
  })

  it('refuses a feed whose symbol is bound to another length, saying where it stands', () => {
    expect(() => bindFeeds(spec, { x: feed(7, 3), y: feed(6, 1) })).toThrow("feed 'y' of sum: expected [B=7, 1], got [6, 1]")
  })

  it('refuses a feed of another rank or width', () => {
    expect(() => bindFeeds(spec, { x: feed(7, 4), y: feed(7, 1) })).toThrow("feed 'x' of sum: expected [B=7, 3], got [7, 4]")
    expect(() => bindFeeds(spec, { x: feed(21), y: feed(7, 1) })).toThrow("feed 'x' of sum: expected [B, 3], got [21]")
  })

  it('refuses a feed that holds fewer cells than its shape says', () => {
    const short = { data: new Float32Array(20), shape: [7, 3] }
    expect(() => bindFeeds(spec, { x: short, y: feed(7, 1) })).toThrow("feed 'x' of sum: expected 21 cells, as [7, 3] holds, got 20")
  })

  it('refuses a run that leaves an input out, or feeds what is not read', () => {
    expect(() => bindFeeds(spec, { x: feed(7, 3) })).toThrow("feeds of sum is x, but 'y' is read; feed it")
    expect(() => bindFeeds(spec, { x: feed(7, 3), y: feed(7, 1), z: feed(1) })).toThrow(
      "feeds of sum is 'z', but only x, y are read; leave it out",
    )
  })
})

describe('orderGraph', () => {
  it('puts what is used before its users, each node once', () => {
    const twice = add(x, x)
    expect(orderGraph({ name: 'twice', inputs: [x], outputs: { a: twice, b: add(twice, x) } }).map(({ op }) => op)).toEqual([
      'input',
      'add',
      'add',
    ])
  })

  it('refuses a graph that reads what it does not declare', () => {
    expect(() => orderGraph({ ...spec, inputs: [x] })).toThrow("inputs of sum is 'y', but all that is read is declared; declare it")
  })

  it('refuses two inputs of one name', async () => {
    const graph = { name: 'twice', inputs: [x, input('x', [1])], outputs: { sum: x } }
    await expect(interpretGraph(graph)).rejects.toThrow('inputs of twice is x,x, but each name occurs once; rename one')
  })
})
