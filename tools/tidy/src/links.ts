import path from 'node:path'
import type { Check, Finding, TextFile } from './repository'

/** A link of a page to a file of the repository leads somewhere. */
export const checkLinks: Check = (files) => {
  const there = new Set(files.flatMap((file) => [file.path, ...foldersOf(file.path)]))
  return files.filter((file) => file.path.endsWith('.md')).flatMap((page) => brokenIn(page, there))
}

function brokenIn(page: TextFile, there: ReadonlySet<string>): Finding[] {
  return page.text.split('\n').flatMap((line, i) =>
    [...line.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)]
      .map(([, target]) => target)
      .filter((target) => !/^[a-z]+:/.test(target) && !there.has(path.posix.join(path.posix.dirname(page.path), target).replace(/\/$/, '')))
      .map((target) => ({ path: page.path, line: i + 1, message: `links to ${target}, which is not there` })),
  )
}

function foldersOf(file: string): string[] {
  const folder = path.posix.dirname(file)
  return folder === '.' ? [] : [folder, ...foldersOf(folder)]
}
