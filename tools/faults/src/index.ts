export * from './harness/fault'
export * from './harness/fault-plan'
export * from './harness/strike-order'
