import type { Command } from 'commander'
import { withDataSetOptions, type DataSetOptions } from '../data-set'
import { openTerminal, type Output, type Terminal } from '../terminal'

/** Adds a command to the program. */
export type AddCommand = (program: Command, output: Output) => void

/** What a command is called, says of itself, and shows to a newcomer. */
export interface CommandFacts {
  /** Its name and arguments, as commander spells them. */
  readonly name: string
  readonly description: string
  /** Lines that work as typed. */
  readonly examples: readonly string[]
}

/** Adds a command with the options that all have; `terminalOf` opens its terminal once its options are known. */
export function addCommand(program: Command, { name, description, examples }: CommandFacts): Command {
  const lines = examples.map((example) => `  $ npx freshet ${example}`)
  return withDataSetOptions(program.command(name))
    .description(description)
    .addHelpText('after', `\nExamples:\n${lines.join('\n')}`)
}

/** The terminal that a command's options ask for. */
export const terminalOf = (output: Output, options: DataSetOptions): Terminal => openTerminal(output, options.json === true)

/** For options that may be given several times. */
export const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value]
