import { checkLeftovers } from './leftovers'
import { spell } from './repository'

const found = (path: string, text: string): string[] => checkLeftovers([{ path, text }]).map(spell)
const joined = (...parts: string[]): string => parts.join('') // so that no plant stands in this file as it would elsewhere

describe('checkLeftovers', () => {
  it.each([
    ['docs/a.md', joined('see /wo', 'rk/main')],
    ['a.json', joined('"/fa', 'rm/cache"')],
    ['tools/a/src/a.ts', joined("'/tm", "p/trial'")],
    ['package-lock.json', joined('"resolved": "https://regis', 'try.npmjs.org/a"')],
  ])('reports a trace of a machine or a registry in %s', (path, text) => {
    expect(found(path, `first\n${text}`)).toEqual([expect.stringContaining(`${path}:2`)])
  })

  it('reports a note for later in code, and lets prose speak of it', () => {
    const note = joined('// TO', 'DO: later')
    expect(found('libs/a/src/a.ts', note)).toHaveLength(1)
    expect(found('docs/a.md', note)).toEqual([])
  })

  it.each([
    joined('it.sk', "ip('a', f)"),
    joined('describe.on', "ly('a', f)"),
    joined('it.to', "do('a')"),
    joined('it.each([1]).sk', "ip('a', f)").replace('([1])', ''),
    joined('xi', "t('a', f)"),
    joined('fdes', "cribe('a', f)"),
  ])('reports the test %s', (text) => {
    expect(found('libs/a/src/a.spec.ts', text)).toHaveLength(1)
    expect(found('libs/a/src/contract-suite.ts', text)).toHaveLength(1)
  })

  it('reports a spec that sleeps, unless it waits for real processes or turns a fake clock', () => {
    const nap = joined('await new Promise((r) => setTime', 'out(r, 50))')
    expect(found('libs/a/src/a.spec.ts', nap)).toHaveLength(1)
    expect(found('apps/freshet-e2e/src/a.spec.ts', nap)).toEqual([])
    for (const text of [joined('await clock.sle', 'ep(10)'), joined('jest.setTime', 'out(30_000)')])
      expect(found('libs/a/src/a.spec.ts', text)).toEqual([])
  })
})
