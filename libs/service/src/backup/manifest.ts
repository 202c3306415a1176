import { CorruptError } from '@freshet/kernel'
import { z } from 'zod'
import { parseJson } from '../config/parse-json'
import { configSchema } from '../config/schema'

/** The file that makes a folder a backup. */
export const BACKUP_FILE = 'backup.json'

const schema = z.strictObject({
  schema: z.literal(1),
  /** The data set that it is of: the folder of what is restored, unless another is named. */
  name: configSchema.shape.name.unwrap(),
  createdMs: z.number(),
  /** Which engines held the rest: what they keep is not in here unless they are embedded. */
  log: z.string(),
  store: z.string(),
  files: z.array(
    z.strictObject({ path: z.string().regex(/^(?!\/)(?!.*(^|\/)\.\.?(\/|$)).+$/), bytes: z.int().min(0), sha256: z.string() }),
  ),
})

/** What a backup says of itself. */
export type BackupManifest = Readonly<z.output<typeof schema>>

/** One of its files. */
export type BackedUpFile = BackupManifest['files'][number]

/** The text of a manifest: JSON that people read, too. */
export const backupText = (manifest: BackupManifest): string => `${JSON.stringify(manifest, null, 2)}\n`

/** Reads a manifest; paths that lead out of a backup are none. Throws CorruptError. */
export function parseBackup(file: string, text: string): BackupManifest {
  const parsed = schema.safeParse(parseJson(text))
  if (parsed.success) return parsed.data
  const [{ path, message }] = parsed.error.issues
  throw new CorruptError(file, `it is not the description of a backup (${path.join('.')} ${message})`, 'use another backup')
}
