import { InvalidFieldError } from '@freshet/kernel'
import { parseRedisAddress } from './redis-address'

describe('the address of a Redis', () => {
  it('names one server, by its port or the usual one', () => {
    expect(parseRedisAddress('redis://cache')).toEqual({
      isCluster: false,
      isTls: false,
      nodes: [{ host: 'cache', port: 6379 }],
      database: 0,
      text: 'redis://cache:6379',
    })
    expect(parseRedisAddress('redis://127.0.0.1:7000/3')).toMatchObject({ nodes: [{ host: '127.0.0.1', port: 7000 }], database: 3 })
    expect(parseRedisAddress('redis://[::1]:7000/')).toMatchObject({ nodes: [{ host: '::1', port: 7000 }], text: 'redis://[::1]:7000' })
  })

  it('names a cluster by some of its nodes', () => {
    expect(parseRedisAddress('redis+cluster://a:7000,b,c:7002')).toEqual({
      isCluster: true,
      isTls: false,
      nodes: [
        { host: 'a', port: 7000 },
        { host: 'b', port: 6379 },
        { host: 'c', port: 7002 },
      ],
      database: 0,
      text: 'redis+cluster://a:7000,b:6379,c:7002',
    })
  })

  it('asks for TLS by its second s', () => {
    expect(parseRedisAddress('rediss://cache').isTls).toBe(true)
    expect(parseRedisAddress('rediss+cluster://a,b')).toMatchObject({
      isTls: true,
      isCluster: true,
      text: 'rediss+cluster://a:6379,b:6379',
    })
  })

  it('takes user and password, decoded, and leaves them out of its text', () => {
    const both = parseRedisAddress('rediss://app:p%40ss:w%2Frd@cache:7000')
    expect(both).toMatchObject({ username: 'app', password: 'p@ss:w/rd', text: 'rediss://cache:7000' })
    const alone = parseRedisAddress('redis+cluster://:secret@a,b')
    expect(alone).toMatchObject({ password: 'secret', nodes: [{ host: 'a' }, { host: 'b' }] })
    expect(alone.username).toBeUndefined()
  })

  it.each([
    ['http://cache', 'it has the form redis://'],
    ['cache:6379', 'it has the form redis://'],
    ['redis://', 'it has the form redis://'],
    ['redis://cache/none', 'it has the form redis://'],
    ['redis://a,b', 'several are a cluster'],
    ['redis+cluster://a,b/2', 'a cluster has no numbered databases'],
    ['redis://cache:70000', "'cache:70000' is no host"],
    ['redis://cache:0', "'cache:0' is no host"],
    ['redis+cluster://a,,b', "'' is no host"],
    ['redis://user@cache', 'credentials are user:password'],
    ['redis://:%zz@cache', 'percent-encoded'],
  ])('refuses %s', (address, rule) => {
    expect(() => parseRedisAddress(address)).toThrow(InvalidFieldError)
    expect(() => parseRedisAddress(address)).toThrow(rule)
  })

  it.each([
    'redis://app:hunter2@cache:99999',
    'redis://:hunter2@a,b',
    'redis://app:hunter2@x@cache',
    'rediss+cluster://:hunter2@a/1',
    'app:hunter2@b',
  ])('repeats no password of an address that it refuses', (address) => {
    expect(() => parseRedisAddress(address)).toThrow('***@')
    expect(() => parseRedisAddress(address)).not.toThrow('hunter2')
  })
})
