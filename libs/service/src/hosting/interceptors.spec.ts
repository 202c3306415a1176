import { InvalidFieldError } from '@freshet/kernel'
import type { ServiceDefinition } from '@grpc/grpc-js'
import { MessageTooLargeError } from '../errors/errors'
import { withBoundedRequests } from './interceptors'

const method = {
  ...{ path: '/freshet.echo.v1.Echo/Say', requestStream: false, responseStream: false },
  requestSerialize: (text: string) => Buffer.from(text),
  requestDeserialize(bytes: Buffer): string {
    if (bytes[0] === 0) throw new RangeError('index out of range')
    if (bytes[0] === 1) throw 'a text'
    return bytes.toString()
  },
  responseSerialize: (text: string) => Buffer.from(text),
  responseDeserialize: (bytes: Buffer) => bytes.toString(),
}
const service: ServiceDefinition = { say: method }
const { say } = withBoundedRequests(service, 8)

describe('requests that are bounded', () => {
  it('are taken up to the bound, and refused by their size beyond it, whatever they hold', () => {
    expect(say.requestDeserialize(Buffer.from('12345678'))).toBe('12345678')
    expect(say.requestDeserialize(Buffer.alloc(0))).toBe('')
    const refused = say.requestDeserialize(Buffer.alloc(9)) as unknown
    expect(refused).toBeInstanceOf(MessageTooLargeError)
    expect(refused).toMatchObject({ bytes: 9, bytesMax: 8 })
  })

  it.each([
    [0, 'index out of range'],
    [1, 'a text'],
  ])('are refused where their bytes are no message, with the reason of the codec: %d', (first, reason) => {
    const refused = say.requestDeserialize(Buffer.of(first)) as unknown
    expect(refused).toBeInstanceOf(InvalidFieldError)
    expect(refused).toMatchObject({
      message: `the message is '${reason}', but it must be what /freshet.echo.v1.Echo/Say takes, as protobuf; generate the client from proto/ of this version`,
    })
  })

  it('are all that changes of a service', () => {
    const { requestDeserialize: _, ...rest } = say
    const { requestDeserialize: __, ...before } = method
    expect(rest).toEqual(before)
    expect(service.say).toBe(method)
  })
})
