import { isCode, isGenerated, type Check, type Finding, type TextFile } from './repository'

interface Pattern {
  readonly what: string
  readonly shape: RegExp
  readonly where?: (file: TextFile) => boolean
}

const ofCode = (file: TextFile): boolean => isCode(file)
const ofSpec = (file: TextFile): boolean => /\.spec\.ts$/.test(file.path) || file.path.endsWith('/contract-suite.ts')
const ofQuickSpec = (file: TextFile): boolean => ofSpec(file) && !file.path.startsWith('apps/freshet-e2e/')

/** What must not be left behind; written so that no pattern matches itself. */
const PATTERNS: readonly Pattern[] = [
  { what: 'a path of one machine', shape: /(?<![\w.*])\/(?:work|farm|root|tmp|home|Users)\/[\w.]/ },
  {
    what: 'a host of a package registry',
    shape: /\bregistry\.[\w-]+\.(?:org|com|net|io|dev|internal|local)\b|https?:\/\/[^\s/'"]*artifactory/,
  },
  { what: 'a note to do it later', shape: /\b(?:TO(?:DO)|FIX(?:ME)|HA(?:CK)|XX(?:X))\b/, where: ofCode },
  {
    what: 'a test that does not run, or runs alone',
    shape: /\b(?:it|test|describe)(?:\.each)?\.(?:skip|todo|only|failing)\b|\b[xf](?:it|describe|test)\(/,
    where: ofSpec,
  },
  { what: 'a spec that sleeps', shape: /(?<!jest\.)\bset(?:Timeout)(?:\(| as )|(?<![.\w])sleep\(/, where: ofQuickSpec },
]

/** Traces of a machine, notes for later, tests that do not run, specs that wait. */
export const checkLeftovers: Check = (files) =>
  files.filter(({ path }) => !isGenerated(path)).flatMap((file) => PATTERNS.flatMap((pattern) => matches(file, pattern)))

function matches(file: TextFile, { what, shape, where }: Pattern): Finding[] {
  if (where && !where(file)) return []
  return file.text
    .split('\n')
    .flatMap((line, i) => (shape.test(line) ? [{ path: file.path, line: i + 1, message: `${what}: ${line.trim().slice(0, 100)}` }] : []))
}
