import * as node from 'node:fs/promises'
import { basename } from 'node:path'
import type { Disk } from './index'

/**
 * The real disk, of which each call is first shown to `disturb`, with its number: what that throws, the call throws. A write that is
 * refused has written half of its bytes, as one that a process did not survive may have.
 */
export function disturbedDisk(directory: string, disturb: (count: number, call: string) => void): Disk {
  let count = 0
  const show = (call: string): void => disturb(count++, call)
  return {
    ...node,
    mkdir: (async (path: string, options: object) => {
      show('mkdir')
      return node.mkdir(path, options)
    }) as Disk['mkdir'],
    rename: async (from, to) => {
      show(`rename ${basename(String(to))}`)
      return node.rename(from, to)
    },
    rm: async (path, options) => {
      show('rm')
      return node.rm(path, options)
    },
    open: async (path, flags) => {
      const name = String(path) === directory ? 'shelf' : basename(String(path)).startsWith('.') ? 'folder' : basename(String(path))
      show(`open ${name}`)
      const handle = await node.open(path, flags)
      const [sync, writeFile, write] = [handle.sync.bind(handle), handle.writeFile.bind(handle), handle.write.bind(handle)]
      return Object.assign(handle, {
        sync: async () => {
          show(`sync ${name}`)
          return sync()
        },
        writeFile: async (data: Uint8Array) => {
          try {
            show(`write ${name}`)
          } catch (error) {
            await writeFile(data.subarray(0, data.length / 2))
            throw error
          }
          return writeFile(data)
        },
        write: async (data: Uint8Array, from: number, length: number) => {
          show(`write ${name}`)
          return write(data, from, length)
        },
      })
    },
  }
}

/** Refuses a call as the system would. */
export function refuseIf(disturbed: boolean, code: string): void {
  if (disturbed) throw Object.assign(new Error(code), { code })
}
