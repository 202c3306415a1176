import { CorruptError, UnavailableError } from '@freshet/kernel'
import { openLogger } from '@freshet/service'
import { journalReporter } from './reporters'

describe('what a ranker says of the journal', () => {
  const logger = openLogger({ name: 'test', level: 'silent' })
  const warn = jest.spyOn(logger, 'warn').mockReturnValue(undefined)
  const report = journalReporter({ logger })

  it('is that it is tried again, where it cannot be read', () => {
    const error = new UnavailableError('Kafka', 'wait')
    report(error)
    expect(warn).toHaveBeenLastCalledWith({ err: error }, 'the journal cannot be read; trying again')
  })

  it('is which version is passed over, where that is what is damaged', () => {
    const error = new CorruptError('v7/dense.safetensors', 'it is missing', 'restore it')
    report(error, 'v7')
    expect(warn).toHaveBeenLastCalledWith({ err: error, version: 'v7' }, 'a version cannot be read, and is passed over')
  })
})
