export * from './errors'
export * from './online-store'
