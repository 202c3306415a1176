/** kafkajs-snappy has no types of its own. */
declare module 'kafkajs-snappy' {
  const codec: () => unknown
  export default codec
}
