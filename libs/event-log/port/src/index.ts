export * from './errors'
export * from './event-log'
export * from './topics'
