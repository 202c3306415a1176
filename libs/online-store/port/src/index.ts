export * from './errors'
export * from './online-store'
export * from './outgoing-codec'
export * from './rules'
