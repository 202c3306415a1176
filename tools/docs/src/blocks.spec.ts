import { InvalidFieldError } from '@freshet/kernel'
import { readBlocks } from './blocks'

const page = (...lines: string[]): string => lines.join('\n')

describe('readBlocks', () => {
  it('takes the shell blocks in order, with their lines and their sections', () => {
    const markdown = page('# A', '```sh', 'echo 1', 'echo 2', '```', '## B', '### C', '```sh', 'echo 3', '```')
    expect(readBlocks(markdown)).toEqual([
      { line: 2, section: 1, script: 'echo 1\necho 2' },
      { line: 8, section: 2, script: 'echo 3' },
    ])
  })

  it('reads a name and an address from the fence', () => {
    expect(readBlocks(page('```sh name=start serves=http://127.0.0.1:1/a?b=c', 'true', '```'))).toMatchObject([
      { name: 'start', serves: 'http://127.0.0.1:1/a?b=c' },
    ])
  })

  it('passes over other languages, and over what they quote', () => {
    expect(readBlocks(page('```console', '```sh is no fence here', '## nor is this a section', '```', '```', 'plain', '```'))).toEqual([])
  })

  it('refuses an attribute that it does not know, and a fence that nobody closes', () => {
    expect(() => readBlocks(page('```sh skip=yes', 'true', '```'))).toThrow(InvalidFieldError)
    expect(() => readBlocks(page('text', '```sh', 'true'))).toThrow("line 2 is '```sh', but a fence must be closed")
  })
})
