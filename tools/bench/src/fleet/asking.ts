import { type ClientClass, connect } from '@freshet/service'
import type { Client } from '@grpc/grpc-js'

/** Asks a service by a client that lives as long as the asking: `asking(TrainerClient, address, (client) => call(client, 'getStatus', {}))`. */
export async function asking<C extends Client, T>(Class: ClientClass<C>, address: string, ask: (client: C) => Promise<T>): Promise<T> {
  const client = connect(Class, address)
  try {
    return await ask(client)
  } finally {
    client.close()
  }
}
