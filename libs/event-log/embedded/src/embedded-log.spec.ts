import { describeEventLog } from '@freshet/event-log/contract-suite'
import { openEmbeddedLog } from './embedded-log'

describeEventLog('embedded', ({ directory, partitions }) => openEmbeddedLog({ directory, partitions }))
