// Writes libs/contracts/src/generated from proto/, by protoc and ts-proto.
// usage: npm run generate [-- --check]
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'

const check = process.argv.includes('--check')
const committed = 'libs/contracts/src/generated'
const out = check ? fs.mkdtempSync(path.join(os.tmpdir(), 'freshet-contracts-')) : committed
const protos = fs
  .readdirSync('proto', { recursive: true })
  .filter((file) => file.endsWith('.proto'))
  .sort()
const options = [
  'outputServices=grpc-js',
  'forceLong=number',
  'oneof=unions',
  'env=both',
  'esModuleInterop=true',
  'useOptionals=none',
  'outputJsonMethods=true',
]

fs.rmSync(out, { recursive: true, force: true })
fs.mkdirSync(out, { recursive: true })
execFileSync(
  'node_modules/.bin/protoc',
  [
    '--plugin=protoc-gen-ts_proto=node_modules/.bin/protoc-gen-ts_proto',
    `--ts_proto_out=${out}`,
    `--ts_proto_opt=${options.join(',')}`,
    '--proto_path=proto',
    ...protos,
  ],
  { stdio: 'inherit' },
)
if (check) {
  execFileSync('git', ['diff', '--no-index', '--stat', committed, out], { stdio: 'inherit' })
  fs.rmSync(out, { recursive: true })
}
