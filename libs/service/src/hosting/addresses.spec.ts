import { createServer, type AddressInfo } from 'node:net'
import { PortInUseError } from '../errors/errors'
import { addressOf, assertFree, bindError, placeOf } from './addresses'

describe('host and port of an address', () => {
  it.each([
    ['127.0.0.1:8080', { host: '127.0.0.1', port: 8080 }],
    ['[::1]:0', { host: '::1', port: 0 }],
    ['[fe80::1%eth0]:50051', { host: 'fe80::1%eth0', port: 50051 }],
    [':50051', { host: '', port: 50051 }],
    ['localhost', { host: '', port: NaN }],
    ['', { host: '', port: 0 }],
  ])('of %j are taken apart', (address, place) => {
    expect(placeOf(address)).toEqual(place)
  })

  it.each(['127.0.0.1:8080', '[::1]:0', 'localhost:65535'])('of %s are put together again', (address) => {
    const { host, port } = placeOf(address)
    expect(addressOf(host, port)).toBe(address)
  })
})

describe('what it means that an address could not be bound', () => {
  const listen = { address: '10.0.0.7:50051', setting: 'ranker.grpc' }

  it.each<[string, unknown, object]>([
    ['another process has it', { code: 'EADDRINUSE' }, { code: 'PORT_IN_USE', address: '10.0.0.7:50051', setting: 'ranker.grpc' }],
    [
      'it is not this machine’s',
      { code: 'EADDRNOTAVAIL' },
      { code: 'UNAVAILABLE', message: expect.stringContaining('it cannot be listened on (EADDRNOTAVAIL); choose another by ranker.grpc') },
    ],
    ['nobody says why', new RangeError('odd'), { code: 'UNAVAILABLE', message: expect.stringContaining('(RangeError: odd)') }],
  ])('is said where %s', (_, error, expected) => {
    expect(bindError(listen, error)).toMatchObject(expected)
  })
})

describe('addresses to listen on', () => {
  it('are held by nobody afterwards; none, or any port, is no question', async () => {
    const listens = ['', '127.0.0.1:0'].map((address) => ({ address, setting: 'all.http' }))
    await expect(assertFree(listens)).resolves.toBeUndefined()
  })

  it('are refused at the first that is taken, naming its setting, and given back before it', async () => {
    await using taken = createServer()
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
    const address = `127.0.0.1:${(taken.address() as AddressInfo).port}`
    const attempt = assertFree([{ address: '', setting: 'all.http' }, { address, setting: 'all.grpc' }]) // prettier-ignore
    await expect(attempt).rejects.toEqual(new PortInUseError(address, 'all.grpc'))
    await new Promise((resolve) => taken.close(resolve))
    await expect(assertFree([{ address, setting: 'all.grpc' }])).resolves.toBeUndefined()
  })
})
