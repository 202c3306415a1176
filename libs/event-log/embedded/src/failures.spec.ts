import { NotFoundError, UnavailableError } from '@freshet/kernel'
import { DiskFullError } from '@freshet/event-log'
import { meaningOf, meaningOfNow } from './failures'

const failed = (code: number | string): unknown => Object.assign(new Error('it failed'), { code })

describe('the meaning of a failure', () => {
  it.each([
    ['ENOSPC', 28],
    ['EDQUOT', 122],
    ['EFBIG', 27],
    ['a short write', 5],
    ['the system', 'ENOSPC'],
    ['a quota of the system', 'EDQUOT'],
    ['a bound on files of the system', 'EFBIG'],
    ['MDB_MAP_FULL', -30792],
  ])('is a full disk for %s', (_, code) => {
    expect(meaningOfNow(failed(code), '/data/log')).toEqual(new DiskFullError('/data/log'))
  })

  it('is that something is unavailable for whatever else happens', () => {
    const meaning = meaningOfNow(failed(13), '/data/log')
    expect(meaning).toBeInstanceOf(UnavailableError)
    expect(meaning.message).toContain('the environment at /data/log is not available; Error: it failed')
  })

  it('is what the promise of a failed commit says', async () => {
    const reason = Promise.reject(failed(28) as Error)
    const commit = Object.assign(new Error('Commit failed'), { commitError: reason })
    expect(await meaningOf(commit, '/data/log')).toEqual(new DiskFullError('/data/log'))
  })

  it('is itself where it has a meaning already', async () => {
    const error = new NotFoundError('user', 'u', 'send an event of it')
    expect(await meaningOf(error, '/data/log')).toBe(error)
  })
})
