import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { interpretGraph } from '@freshet/tensor'
import { FRAPPE } from '../frappe'
import type { QualityScope } from '../quality-set'
import { LASTFM } from './lastfm'
import { ML100K_RATIO, ML100K_SEQUENCE } from './ml-100k'
import { RETAILROCKET_SET } from './retailrocket'
import { S3REC, SASREC_VIDEO } from './sequences'

describe('a set', () => {
  let directory: string
  beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'freshet-sets-'))))
  afterEach(() => rmSync(directory, { recursive: true }))
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(directory, path)), { recursive: true })
    writeFileSync(join(directory, path), text)
  }

  it.each([ML100K_RATIO, ML100K_SEQUENCE, LASTFM, RETAILROCKET_SET, SASREC_VIDEO, ...S3REC])(
    'is absent without its files: $name',
    (set) => {
      expect(set.open(directory)).toBeUndefined()
    },
  )

  it('ml-100k splits by user as the seed says, and validation only what the test may learn from', () => {
    const rows = Array.from({ length: 40 }, (_, i) => `${i % 2}\t${i}\t3\t${100 - i}`)
    write('ml-100k/ml-100k.inter', `head\n${rows.join('\n')}\n`)
    const open = ML100K_RATIO.open(directory)
    const { validation, test } = open?.(1) ?? { validation: undefined, test: undefined }
    expect(test?.histories.map(({ length }) => length)).toEqual([15, 15])
    expect(test?.targets.map(({ length }) => length)).toEqual([5, 5])
    expect(validation?.histories.map(({ length }) => length)).toEqual([11, 11])
    validation?.targets.forEach((targets, user) => {
      for (const item of [...targets, ...validation.histories[user]]) expect(test?.histories[user]).toContain(item)
    })
    expect(open?.(2).test.targets).not.toEqual(test?.targets)
  })

  it('ml-100k-sequence leaves out the last of each user in time, and masks nothing', () => {
    write('ml-100k/ml-100k.inter', 'head\n7\ta\t3\t30\n7\tb\t3\t10\n7\tc\t3\t20\n')
    expect(ML100K_SEQUENCE.open(directory)?.(1).test).toEqual({ items: 3, histories: [[1, 2]], targets: [[0]], masked: [[]] })
  })

  it('lightgcnpp-lastfm masks training items only, and chooses by its own validation file', () => {
    for (const [part, text] of [['train', '0 1 2\n1 3\n'], ['valid', '0 4\n'], ['test', '0 3\n1 4\n']]) write(`lightgcnpp-lastfm/${part}.txt`, text) // prettier-ignore
    const { validation, test } = LASTFM.open(directory)?.(1) ?? { validation: undefined, test: undefined }
    expect(test).toEqual({ items: 5, histories: [[1, 2], [3]], masked: [[1, 2], [3]], targets: [[3], [4]] }) // prettier-ignore
    expect(validation?.targets).toEqual([[4], []])
    expect(validation?.histories).toBe(test?.histories)
  })

  it('retailrocket asks for the purchase held out, and chooses by the last one before, with all that was done to that item taken out', () => {
    write('retailrocket-mb/events.csv', 'timestamp,user,item,event\n1,0,5,view\n2,0,6,view\n3,0,6,buy\n4,1,2,view\n')
    write('retailrocket-mb/test.csv', 'user,item\n0,3\n1,5\n')
    const { validation, test } = RETAILROCKET_SET.open(directory)?.(1) ?? { validation: undefined, test: undefined }
    expect(test).toEqual({ items: 7, histories: [[5, 6, 6], [2]], masked: [[5, 6, 6], [2]], targets: [[3], [5]] }) // prettier-ignore
    expect(validation).toMatchObject({ histories: [[5], [2]], targets: [[6], []] })
  })

  it('s3rec masks the history; sasrec-video lists among a hundred others', () => {
    write('s3rec/LastFM.txt', '1 1 2 3 4\n')
    expect(S3REC[2].open(directory)?.(1).test).toMatchObject({ histories: [[], [1, 2, 3]], masked: [[], [1, 2, 3]], targets: [[], [4]] })
    write('sasrec-video/Video.txt', '1 1\n1 2\n1 3\n2 4\n2 5\n')
    const open = SASREC_VIDEO.open(directory)
    expect(open?.(1).test.rivals?.map(({ length }) => length)).toEqual([0, 100, 0])
    expect(open?.(1).test.rivals).not.toEqual(open?.(2).test.rivals)
    expect(open?.(1).test.rivals?.flat()).not.toContain(0)
  })

  it('frappe says nothing where it is absent, and in a quick run tries its first model on one seed', async () => {
    const said: string[] = []
    const kept: string[] = []
    const scope: QualityScope = {
      ...{ directory, seeds: [1], isQuick: true, compile: interpretGraph },
      say: (text) => said.push(text),
      keep: (name) => kept.push(name),
    }
    expect(await FRAPPE.run(scope)).toBeUndefined()
    const lines = Array.from({ length: 12 }, (_, i) => `${i % 3 === 0 ? 1 : -1} ${i % 5}:1 ${5 + (i % 3)}:1`).join('\n')
    for (const part of ['train.reconstructed', 'validation', 'test']) write(`frappe/frappe.${part}.libfm`, `${lines}\n`)
    const figures = await FRAPPE.run(scope)
    expect(Object.keys(figures ?? {})).toEqual([
      'frappe_auc',
      'frappe_logloss',
      'frappe_deepfm_auc',
      'frappe_deepfm_logloss',
      'frappe_epochs_max',
    ])
    expect(figures?.frappe_epochs_max.value).toBe(2)
    expect(kept).toEqual(['frappe-deepfm-1.svg'])
    expect(said.filter((line) => line.includes('epoch 1, loss'))).toHaveLength(1)
  })
})
