export { openKafkaLog } from './kafka-log'
export type { Compression, KafkaLogOptions } from './options'
