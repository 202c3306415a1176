export * from './errors'
export * from './online-store'
export * from './rules'
