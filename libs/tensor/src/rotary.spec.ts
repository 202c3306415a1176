import { input, interpret, matmul, rotary, rotaryAngles, type Node } from './index'

const valuesOf = ({ attributes }: Node): readonly number[] => ('values' in attributes ? attributes.values : [])

describe('rotaryAngles', () => {
  it('gives the cosines and sines of p · base^(−2i / width), without asking the platform for them', () => {
    const [positions, width] = [200, 24]
    const { cosines, sines } = rotaryAngles({ positions, width })
    expect([cosines.shape, sines.shape]).toEqual([
      [200, 12],
      [200, 12],
    ])
    for (let p = 0; p < positions; p++) {
      for (let i = 0; i < 12; i++) {
        const angle = p * 10_000 ** ((-2 * i) / width)
        expect(Math.abs(valuesOf(cosines)[p * 12 + i] - Math.cos(angle))).toBeLessThan(1e-11)
        expect(Math.abs(valuesOf(sines)[p * 12 + i] - Math.sin(angle))).toBeLessThan(1e-11)
      }
    }
  })

  it('refuses a width that has no pairs', () => {
    expect(() => rotaryAngles({ positions: 3, width: 5 })).toThrow('rotary: expected an even width, for pairs, got 5')
  })
})

describe('rotary', () => {
  const [positions, width] = [6, 4]
  const x = input('x', ['B', positions, width])
  const y = input('y', ['B', positions, width])
  const angles = rotaryAngles({ positions, width, base: 100 })

  it('makes a product of two rows depend on how far apart they stand, not on where', () => {
    const rows = (row: number[]) => ({ data: new Array(positions).fill(row).flat(), shape: [1, positions, width] })
    const products = matmul(rotary(x, angles), rotary(y, angles), { transposeB: true })
    const feeds = { x: rows([0.3, -1, 0.7, 0.2]), y: rows([1.1, 0.4, -0.5, 0.9]) }
    const { data } = interpret({ name: 'products', inputs: [x, y], outputs: { products } }, feeds).products
    for (let i = 1; i < positions; i++) {
      for (let j = 1; j < positions; j++) expect(data[i * positions + j]).toBeCloseTo(data[(i - 1) * positions + j - 1], 12)
    }
    expect(data[1]).not.toBeCloseTo(data[positions], 2)
  })

  it('leaves position 0, and every length, as it was', () => {
    const data = Array.from({ length: positions * width }, (_, i) => Math.sin(i + 1))
    const turned = interpret(
      { name: 'turned', inputs: [x], outputs: { turned: rotary(x, angles) } },
      { x: { data, shape: [1, positions, width] } },
    ).turned.data
    const lengthOf = (cells: ArrayLike<number>, p: number): number => Math.hypot(...Array.from(cells).slice(p * width, (p + 1) * width))
    expect([...turned.slice(0, width)]).toEqual(data.slice(0, width))
    for (let p = 0; p < positions; p++) expect(lengthOf(turned, p)).toBeCloseTo(lengthOf(data, p), 12)
  })

  it('refuses angles of another number of positions, or another width', () => {
    const expected = 'rotary: expected angles of [positions, head / 2] for [batch, positions, heads · head], got'
    expect(() => rotary(x, rotaryAngles({ positions: 5, width }))).toThrow(`${expected} [5, 2] for [B, 6, 4]`)
    expect(() => rotary(x, rotaryAngles({ positions, width: 6 }))).toThrow(`${expected} [6, 3] for [B, 6, 4]`)
    expect(() => rotary(input('flat', ['B', 4]), angles)).toThrow(`${expected} [6, 2] for [B, 4]`)
  })
})
