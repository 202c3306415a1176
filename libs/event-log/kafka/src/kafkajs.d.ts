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
