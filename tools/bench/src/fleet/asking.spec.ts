import { Client, type ChannelCredentials } from '@grpc/grpc-js'
import { asking } from './asking'

/** A client that tells when it is closed, and where it was to connect. */
class WatchedClient extends Client {
  static readonly closed: string[] = []

  constructor(
    readonly address: string,
    credentials: ChannelCredentials,
  ) {
    super(address, credentials)
  }

  override close(): void {
    WatchedClient.closed.push(this.address)
    super.close()
  }
}

beforeEach(() => void WatchedClient.closed.splice(0))

describe('asking', () => {
  it('gives what is answered, and closes the client after that', async () => {
    const asked = await asking(WatchedClient, '127.0.0.1:1', ({ address }) => Promise.resolve([address, ...WatchedClient.closed]))
    expect(asked).toEqual(['127.0.0.1:1'])
    expect(WatchedClient.closed).toEqual(['127.0.0.1:1'])
  })

  it('closes the client also where asking fails, and throws why', async () => {
    await expect(asking(WatchedClient, '127.0.0.1:2', () => Promise.reject(new TypeError('no')))).rejects.toThrow('no')
    expect(WatchedClient.closed).toEqual(['127.0.0.1:2'])
  })
})
