import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { fromZero, LABEL_VALUES } from './label-values'

const LIBS = resolve(__dirname, '../../..')

/** The words of a type that is a choice of words, as its source has them. */
function wordsOf(type: string, file: string): string[] {
  const source = readFileSync(resolve(LIBS, file), 'utf8')
  const [, choice = ''] = new RegExp(`type ${type} =([^]*?)\\n(?:\\n|$)`).exec(source) ?? []
  return [...choice.replace(/\/\*\*[^]*?\*\//g, '').matchAll(/'([a-z-]+)'/g)].map(([, word]) => word).sort()
}

describe('the label values that are known beforehand', () => {
  it('are those that the journal and the ranker have words for', () => {
    expect(wordsOf('VoidReason', 'follow/src/state.ts')).toEqual([...LABEL_VALUES.voids].sort())
    expect(wordsOf('Degradation', 'ranking/src/answer.ts')).toEqual([...LABEL_VALUES.degradations].sort())
  })

  it('are 0 where nothing has come, and others are shown beside them', () => {
    expect(fromZero(['a', 'b'], { b: 2, c: 3 })).toEqual({ a: 0, b: 2, c: 3 })
  })
})
