import type { ChildProcess } from 'node:child_process'

/** Resolves when a process has ended, with how: by which signal, or with which code. */
export async function ended(child: ChildProcess): Promise<string> {
  if (child.exitCode === null && child.signalCode === null) await new Promise((resolve) => child.once('exit', resolve))
  return child.signalCode ?? `code ${child.exitCode}`
}
