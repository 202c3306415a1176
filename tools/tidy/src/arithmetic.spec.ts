import { checkArithmetic } from './arithmetic'
import { spell } from './repository'

const found = (text: string, path = 'libs/tensor/src/a.ts'): string[] => checkArithmetic([{ path, text }]).map(spell)

describe('checkArithmetic', () => {
  it.each([
    'Math.exp(x)',
    'Math.random()',
    'Math.pow(2, x)',
    "Math['log'](x)",
    'const { exp } = Math',
    'const m = Math',
    'x ** 2',
    'x **= 2',
  ])('reports %s', (text) => {
    expect(found(text)).toEqual([expect.stringContaining('libs/tensor/src/a.ts:1')])
  })

  it.each(['Date.now()', 'performance.now()', 'new Date()', 'crypto.randomUUID()'])('reports the clock or the chance of %s', (text) => {
    expect(found(`const x = 1\n${text}`)).toEqual([expect.stringContaining('libs/tensor/src/a.ts:2')])
  })

  it.each(['embedding', 'model', 'training', 'features', 'materialize'])('reads libs/%s as well', (library) => {
    expect(found('Math.tanh(x)', `libs/${library}/src/deep/a.ts`)).toHaveLength(1)
  })

  it('accepts every exact member, a given date and a power of two literals', () => {
    const exact = 'abs floor ceil round trunc sign min max sqrt fround imul clz32'.split(' ').map((name) => `Math.${name}(x)`)
    expect(found([...exact, 'new Date(nowMs)', '2 ** 32'].join('\n'))).toEqual([])
  })

  it('leaves specs, judges and the answering side alone', () => {
    for (const path of ['libs/tensor/src/a.spec.ts', 'libs/tensor/src/kernels.ts', 'libs/ranking/src/a.ts'])
      expect(found('Math.exp(x)', path)).toEqual([])
  })
})
