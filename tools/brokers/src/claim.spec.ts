import { existsSync, writeFileSync } from 'node:fs'
import { temporaryDirectory } from '@freshet/testing'
import { claim } from './claim'

const LONG_GONE = 2 ** 30 // beyond what a system numbers

describe('the directory of brokers for development', () => {
  it('is one process’s: who comes second is told whose, and how to use what runs', async () => {
    await using directory = await temporaryDirectory()
    writeFileSync(directory.within('running'), `${process.ppid}\n--log kafka://127.0.0.1:9092 --store redis://127.0.0.1:6379`)
    expect(() => claim(directory.path)).toThrow(
      new RegExp(
        `run already on .*, in process ${process.ppid}: npx freshet up --log kafka://127.0.0.1:9092 --store redis:.*; use those, or end`,
      ),
    )
    writeFileSync(directory.within('running'), `${process.ppid}\n`)
    expect(() => claim(directory.path)).toThrow(`in process ${process.ppid}, which starts them; `)
  })

  it('is free where the process that had it is gone, and again once it is let go of', async () => {
    await using directory = await temporaryDirectory()
    writeFileSync(directory.within('running'), `${LONG_GONE}\n--log x`)
    {
      using held = claim(directory.path)
      held.tell('--log y')
      expect(existsSync(directory.within('running'))).toBe(true)
    }
    expect(existsSync(directory.within('running'))).toBe(false)
  })
})
