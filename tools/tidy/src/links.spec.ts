import { checkLinks } from './links'
import { spell } from './repository'

const found = (text: string): string[] =>
  checkLinks([
    { path: 'docs/page.md', text },
    { path: 'docs/adr/0001.md', text: '' },
    { path: 'LICENSE', text: '' },
  ]).map(spell)

describe('checkLinks', () => {
  it('reports a link to what is not there, at its line', () => {
    expect(found('first\nsee [this](adr/0009.md)')).toEqual(['docs/page.md:2 links to adr/0009.md, which is not there'])
    expect(found('![picture](loop.svg)')).toHaveLength(1)
  })

  it('accepts files, folders, places within pages, and the world outside', () => {
    expect(found('[a](adr/0001.md) [b](../LICENSE) [c](adr) [d](adr/0001.md#why) [e](#here) [f](https://example.org/x)')).toEqual([])
  })
})
