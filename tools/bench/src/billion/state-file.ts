import { open, type FileHandle } from 'node:fs/promises'
import type { NamedBytes } from '@freshet/embedding'
import type { EngineState } from '@freshet/learner'
import { safetensorsParts } from '@freshet/model-store'

const PREFIX_BYTES = 8

/** Writes a state as one safetensors file, durably; nothing of it is copied. */
export async function saveState(state: EngineState, file: string): Promise<void> {
  const handle = await open(file, 'w')
  for (const bytes of safetensorsParts([...state.parts()])) await writeAll(handle, bytes)
  await handle.sync()
  await handle.close()
}

/** Reads it back, part by part. */
export async function loadState(state: EngineState, file: string): Promise<void> {
  const handle = await open(file, 'r')
  await state.restore(partsIn(handle))
  await handle.close()
}

async function* partsIn(handle: FileHandle): AsyncGenerator<NamedBytes> {
  const prefix = await readAt(handle, 0, PREFIX_BYTES)
  const length = new DataView(prefix.buffer).getUint32(0, true)
  const header = new TextDecoder().decode(await readAt(handle, PREFIX_BYTES, length))
  for (const [name, { data_offsets }] of Object.entries(JSON.parse(header) as Record<string, { data_offsets: [number, number] }>)) {
    const [from, to] = data_offsets
    yield { name, bytes: await readAt(handle, PREFIX_BYTES + length + from, to - from) }
  }
}

async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += (await handle.write(bytes, at, bytes.length - at)).bytesWritten
}

async function readAt(handle: FileHandle, position: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(length)
  for (let at = 0; at < length;) at += (await handle.read(bytes, at, length - at, position + at)).bytesRead
  return bytes
}
