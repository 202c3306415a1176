import { DiskFullError } from '@freshet/event-log'
import { PreconditionError, UnavailableError } from '@freshet/kernel'
import { StalePositionError, START } from '@freshet/online-store'
import { meaningOf, wordsOf } from './failures'

const WHERE = 'redis://cache:6379'
const meaning = (message: string) => meaningOf(new Error(message), WHERE)

describe('what Redis answers', () => {
  it.each([
    'LOADING Redis is loading the dataset in memory',
    'CLUSTERDOWN The cluster is down',
    'MASTERDOWN Link with MASTER is down',
    'READONLY You can’t write against a read only replica.',
    'BUSY Redis is busy running a script.',
    'TRYAGAIN Multiple keys request during rehashing of slot',
    'connect ECONNREFUSED 127.0.0.1:6379',
    'Connection is closed.',
    'ERR max number of clients reached',
    'ERR Error running script (call to f_0a): @user_script:7: -READONLY You can’t write against a read only replica.',
    'something that nobody has seen yet',
  ])('passes: %s', (message) => {
    expect(meaning(message)).toBeInstanceOf(UnavailableError)
    expect(meaning(message)).toMatchObject({ retryable: true, message: expect.stringContaining(message) as string })
  })

  it.each([
    ['WRONGPASS invalid username-password pair or user is disabled.', 'correct user and password'],
    ['NOAUTH Authentication required.', 'give user and password'],
    ["NOPERM this user has no permissions to run the 'evalsha' command", 'permit the user'],
    ['WRONGTYPE Operation against a key holding the wrong kind of value', 'another program uses keys freshet:*'],
    ['ERR unknown command', 'Redis 6.2 or later'],
  ])('stays, with what to do: %s', (message, remedy) => {
    expect(meaning(message)).toBeInstanceOf(PreconditionError)
    expect(meaning(message)).toMatchObject({ retryable: false, message: expect.stringContaining(remedy) as string })
  })

  it.each([
    "OOM command not allowed when used memory > 'maxmemory'.",
    "ERR Error running script (call to f_0a): @user_script:7: -OOM command not allowed when used memory > 'maxmemory'.",
  ])('tells of a server that is full as of a disk: %s', (message) => {
    expect(meaning(message)).toEqual(new DiskFullError(`${WHERE} (its maxmemory)`))
  })

  it('tells of a server whose disk is full', () => {
    const words = 'MISCONF Redis is configured to save RDB snapshots, but it’s currently unable to persist to disk.'
    expect(meaning(words)).toEqual(new DiskFullError(`${WHERE} (its disk: it cannot save)`))
  })

  it('leaves errors of ours as they are', () => {
    const stale = new StalePositionError(1, START, START)
    expect(meaningOf(stale, WHERE)).toBe(stale)
  })

  it('gives the words of an error without the command that it carries', () => {
    const failure = Object.assign(new Error('WRONGPASS'), { command: { name: 'auth', args: ['hunter2'] } })
    expect(JSON.stringify(meaningOf(failure, WHERE)) + String(meaningOf(failure, WHERE))).not.toContain('hunter2')
    expect(wordsOf('plain')).toBe('plain')
  })
})
