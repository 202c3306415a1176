import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { WORKSPACE } from '../harness/workspace'
import { OTHERS, PUBLISHER, sharesOf } from './parts'

const ROOT = 'file:///shop/libs'
const frames = {
  loop: ['fold', `${ROOT}/materialize/dist/partition-fold.js`],
  publish: ['publish', `${ROOT}/materialize/dist/outbox-publisher.js`],
  append: ['append', `${ROOT}/event-log/embedded/dist/topic-writer.js`],
  provided: ['provided', `${ROOT}/online-store/embedded/dist/embedded-store.js`],
  write: ['write', `${ROOT}/online-store/embedded/dist/embedded-store.js`],
  apply: ['apply', `${ROOT}/online-store/embedded/dist/embedded-store.js`],
  replaceOutbox: ['replaceOutbox', `${ROOT}/online-store/embedded/dist/embedded-store.js`],
  put: ['put', 'file:///shop/node_modules/lmdb/dist/index.cjs'],
  get: ['get', 'file:///shop/node_modules/lmdb/dist/index.cjs'],
  checksum: ['checksum64', `${ROOT}/kernel/dist/checksum.js`],
  encode: ['encode', `${ROOT}/contracts/dist/event.js`],
  idle: ['(idle)', ''],
  collector: ['(garbage collector)', ''],
} as const

/** A profile with one sample for each stack, outermost function first. */
function profileOf(...stacks: readonly (keyof typeof frames)[][]) {
  const nodes: { id: number; callFrame: ReturnType<typeof frameOf>; children?: number[] }[] = [{ id: 1, callFrame: frameOf('(root)', '') }]
  const samples = stacks.map((stack) => {
    let [parent] = nodes
    for (const name of stack) {
      const node = { id: nodes.length + 1, callFrame: frameOf(frames[name][0], frames[name][1]) }
      nodes.push(node)
      parent.children = [...(parent.children ?? []), node.id]
      parent = node
    }
    return parent.id
  })
  return { nodes, samples, startTime: 0, endTime: 1 }
}

const frameOf = (functionName: string, url: string) => ({ functionName, url, scriptId: '', lineNumber: 0, columnNumber: 0 })

const NONE = { outbox: 0, compare: 0, chain: 0 }

describe('the shares of a profile', () => {
  it('give a named function what it does itself and what it calls', () => {
    const profile = profileOf(['loop'], ['loop', 'publish'], ['loop', 'publish', 'encode'], ['checksum'])
    expect(sharesOf(profile, OTHERS).busy).toEqual({ all: 4, parts: { outbox: 2, compare: 0, chain: 1 } })
  })

  it('go to the innermost that is named: what a compared write puts is no comparison, and of that the outbox is the outbox’s', () => {
    const writing = ['provided', 'apply'] as const
    const profile = profileOf(['provided'], [...writing, 'write'], [...writing, 'replaceOutbox'], [...writing, 'replaceOutbox', 'write'])
    expect(sharesOf(profile, OTHERS).busy).toEqual({ all: 4, parts: { outbox: 2, compare: 1, chain: 0 } })
  })

  it('count neither an idle thread nor the collector', () => {
    expect(sharesOf(profileOf(['idle'], ['collector'], ['loop']), OTHERS).busy).toEqual({ all: 1, parts: NONE })
  })

  it('say of what is handed to LMDB whose it is, whatever is only read from there', () => {
    const profile = profileOf(
      ['apply', 'write', 'put'],
      ['apply', 'replaceOutbox', 'write', 'put'],
      ['apply', 'write', 'put', 'encode'],
      ['get'],
    )
    expect(sharesOf(profile, OTHERS).writing).toEqual({ all: 3, parts: { ...NONE, outbox: 1 } })
  })

  it('count the log’s writing for the outbox only where nothing else is written', () => {
    const profile = profileOf(['append', 'encode'])
    expect([PUBLISHER, OTHERS].map((places) => sharesOf(profile, places).busy.parts.outbox)).toEqual([1, 0])
  })

  it.each(PUBLISHER)('know $file $name as it stands in the workspace', ({ file, name }) => {
    const source = join(WORKSPACE, 'libs', file.replace('/dist/', '/src/').replace(/\.js$/, '.ts'))
    expect(existsSync(source)).toBe(true)
    if (name !== undefined)
      expect(readFileSync(source, 'utf8')).toMatch(
        new RegExp(`^  (private )?(async )?${name}\\(|const ${name} = |^export function ${name}\\(`, 'm'),
      )
  })
})
