export * from './fleet'
export * from './fake-clock'
export * from './spawn-source'
export * from './temporary-directory'
