/** kafkajs-snappy has no types of its own. */
declare module 'kafkajs-snappy' {
  const codec: () => unknown
  export default codec
}

/** kafkajs's queue of requests on one connection: not for its users, but see quiet-queues.ts. */
declare module 'kafkajs/src/network/requestQueue' {
  export default class RequestQueue {
    readonly pending: readonly unknown[]
    scheduleCheckPendingRequests(): void
  }
}

/** One connection of kafkajs: not for its users, but see single-connects.ts. */
declare module 'kafkajs/src/network/connection' {
  export default class Connection {
    constructor(options: object)
    connect(): Promise<boolean>
    disconnect(): Promise<boolean>
  }
}

/** A broker as one side of its connections: not for its users, but see whole-connects.ts. */
declare module 'kafkajs/src/broker' {
  export default class Broker {
    constructor(options: object)
    isConnected(): boolean
    connect(): Promise<void>
    disconnect(): Promise<void>
  }
}

/** A member's side of a group: not for its users, but see steady-joins.ts. */
declare module 'kafkajs/src/consumer/consumerGroup' {
  export default class ConsumerGroup {
    constructor(options: object)
    memberId: string | null
    joinAndSync(): Promise<void>
    heartbeat(options: { readonly interval: number }): Promise<void>
  }
}

/** What keeps a member fetching, and joins where it has to: the one who calls a group's methods. */
declare module 'kafkajs/src/consumer/runner' {
  export default class Runner {
    constructor(options: object)
    start(): Promise<void>
    stop(): Promise<void>
  }
}

/** What kafkajs makes of an error code of the brokers. */
declare module 'kafkajs/src/protocol/error' {
  export function createErrorFromCode(code: number): Error
}

/** Kafkajs's encoder of records, beside which ours is held. */
declare module 'kafkajs/src/protocol/recordBatch/record/v0' {
  const encode: (record: object) => object
  export default encode
}

/** Kafkajs's encoder of batches, beside which ours is held. */
declare module 'kafkajs/src/protocol/recordBatch/v0' {
  export const RecordBatch: (batch: object) => Promise<{ readonly buffer: Buffer }>
}

/** Kafkajs's reader of bytes, for its decoder of batches. */
declare module 'kafkajs/src/protocol/decoder' {
  export default class Decoder {
    constructor(bytes: Buffer)
    readInt32(): number
  }
}

/** Kafkajs's decoder of batches, beside which ours is held. */
declare module 'kafkajs/src/protocol/recordBatch/v0/decoder' {
  const decode: (decoder: object) => Promise<{
    readonly records: readonly {
      readonly offset: string
      readonly key: Buffer | null
      readonly value: Buffer | null
      readonly headers: Readonly<Record<string, Buffer>>
    }[]
  }>
  export default decode
}
