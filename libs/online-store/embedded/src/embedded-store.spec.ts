import { describeOnlineStore } from '@freshet/online-store/contract-suite'
import { openEmbeddedStore } from './embedded-store'

describeOnlineStore('embedded', ({ directory, partitions }) => openEmbeddedStore({ directory, partitions }))
