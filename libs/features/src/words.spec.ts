import { hashWords, wordsOf } from './words'

describe('words', () => {
  it('are runs of letters and digits in lower case, without the commonest', () => {
    expect(wordsOf('The Silence of the Lambs (1991)')).toEqual(['silence', 'lambs', '1991'])
    expect(wordsOf('Ünïcode: 寿司 & Crème-brûlée')).toEqual(['ünïcode', '寿司', 'crème', 'brûlée'])
    expect(wordsOf('a … !')).toEqual([])
  })

  it('make a vector of length one, the same whatever their order', () => {
    const vector = hashWords(['red', 'shoe', 'red'], new Float32Array(16))
    const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0))
    expect(length).toBeCloseTo(1, 5)
    expect(hashWords(['red', 'red', 'shoe'], new Float32Array(16))).toEqual(vector)
  })

  it('make zeros where there are none', () => {
    expect(hashWords([], new Float32Array(3))).toEqual(new Float32Array(3))
  })

  it('let texts that share words lie closer than texts that do not', () => {
    const [a, b, c] = ['red running shoe', 'blue running shoe', 'garden hose'].map((text) => hashWords(wordsOf(text), new Float32Array(64)))
    const dot = (x: Float32Array, y: Float32Array): number => x.reduce((sum, value, i) => sum + value * y[i], 0)
    expect(dot(a, b)).toBeGreaterThan(dot(a, c))
  })
})
