import { CorruptError } from '@freshet/kernel'
import { backupText, parseBackup, type BackupManifest } from './manifest'

const file = { path: 'log/events/data.mdb', bytes: 7, sha256: 'ab' }
const manifest: BackupManifest = { schema: 1, name: 'shop', createdMs: 5, log: 'embedded', store: 'redis', files: [file] }
const parsed = (changed: object): BackupManifest => parseBackup('backup.json', JSON.stringify({ ...manifest, ...changed }))

describe('the manifest of a backup', () => {
  it('is text that is read as what it was', () => {
    expect(parseBackup('backup.json', backupText(manifest))).toEqual(manifest)
    expect(backupText(manifest)).toMatch(/^\{\n {2}"schema": 1,\n[^]*\}\n$/)
  })

  it.each(['..', '../x', '/etc/passwd', 'a/../b', 'a/..', '.', 'a/./b', './a', ''])(
    'is refused with a path that may lead elsewhere: %j',
    (path) => {
      expect(() => parsed({ files: [{ ...file, path }] })).toThrow(/^backup.json: it is not the description of a backup \(files.0.path /)
    },
  )

  it.each(['a', 'versions/v-1/state.json', '.hidden', 'a..b/c', 'ürün'])('takes a path that stays: %j', (path) => {
    expect(parsed({ files: [{ ...file, path }] }).files[0].path).toBe(path)
  })

  it.each(['../shop', '/etc/shop', '.', '..', '', 'a/b', '.shop'])(
    'is refused with a name that is no folder’s among data sets: %j',
    (name) => {
      expect(() => parsed({ name })).toThrow(
        'backup.json: it is not the description of a backup (name must be 1 to 64 letters, digits, dots, dashes or underscores); use another',
      )
    },
  )

  it.each([
    ['another schema', { schema: 2 }],
    ['what nobody knows', { extra: 1 }],
    ['a negative size', { files: [{ ...file, bytes: -1 }] }],
    ['no files', { files: undefined }],
  ])('is refused with %s', (_, changed) => {
    expect(() => parsed(changed)).toThrow(CorruptError)
  })

  it.each(['', '[]', '{', 'null'])('is refused where it is none: %j', (text) => {
    expect(() => parseBackup('backup.json', text)).toThrow(CorruptError)
  })
})
