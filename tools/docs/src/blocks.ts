import { InvalidFieldError } from '@freshet/kernel'

/**
 * A fenced block of a page that a reader would type.
 *
 *   ```sh                                         runs to its end, which must be a success
 *   ```sh name=test                               can be chosen by name
 *   ```sh serves=http://127.0.0.1:8080/healthz    keeps running: ready once the address answers, stopped where its section ends
 *
 * Fences of any other language are text.
 */
export interface ShellBlock {
  /** The line of its fence, counted from 1. */
  readonly line: number
  /** Which second-level section of the page it stands in. */
  readonly section: number
  readonly name?: string
  readonly serves?: string
  readonly script: string
}

/** The shell blocks of a Markdown page, in order. */
export function readBlocks(markdown: string): ShellBlock[] {
  const blocks: ShellBlock[] = []
  const lines = markdown.split('\n')
  let section = 0
  for (let i = 0; i < lines.length; i++) {
    if (/^##? /.test(lines[i])) section++
    const fence = /^```(.+)?$/.exec(lines[i])
    if (!fence) continue
    const end = endOf(lines, i)
    const [language, ...attributes] = (fence[1] ?? '').trim().split(/\s+/)
    if (language === 'sh')
      blocks.push({ line: i + 1, section, ...readAttributes(attributes, i + 1), script: lines.slice(i + 1, end).join('\n') })
    i = end
  }
  return blocks
}

function endOf(lines: readonly string[], start: number): number {
  const end = lines.findIndex((line, i) => i > start && line === '```')
  if (end >= 0) return end
  throw new InvalidFieldError({
    field: `line ${start + 1}`,
    value: lines[start],
    rule: 'a fence must be closed',
    remedy: 'close it with ```',
  })
}

function readAttributes(attributes: readonly string[], line: number): { name?: string; serves?: string } {
  const pairs = attributes.map((attribute) => {
    const [key, ...value] = attribute.split('=')
    if ((key === 'name' || key === 'serves') && value.length > 0) return [key, value.join('=')]
    throw new InvalidFieldError({
      field: `fence at line ${line}`,
      value: attribute,
      rule: 'it knows name= and serves=',
      remedy: 'correct it',
    })
  })
  return Object.fromEntries(pairs) as { name?: string; serves?: string }
}
