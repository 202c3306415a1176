import type { ingest } from '@freshet/contracts/services'
import type { IntakeStatus } from '@freshet/intake'
import type { DiskSpace, Standing } from '@freshet/service'

/** Where intake stands, as the contract says it. */
export const encodeStatus = (
  status: IntakeStatus,
  { freeBytes, freeBytesMin }: DiskSpace,
  standing: Standing,
): ingest.GetStatusResponse => ({
  standing,
  accepted: status.accepted,
  rejected: status.refused,
  rejectedByCode: { ...status.refusedByCode },
  ends: [...status.ends],
  replayId: status.replayId,
  deadLettersByCode: { ...status.lettersByCode },
  deadLettersReplayed: status.lettersReplayed,
  diskFreeBytes: Number.isFinite(freeBytes) ? freeBytes : 0, // 0: the file system does not say
  diskFreeBytesMin: freeBytesMin,
})
