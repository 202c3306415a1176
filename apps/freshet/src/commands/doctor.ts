import { systemClock } from '@freshet/kernel'
import { assertOffered, compileOnnx, offeredProviders } from '@freshet/onnx'
import { configOf, type DataSetOptions } from '../data-set'
import { countText, doctorText } from '../doctor/doctor-text'
import { examine } from '../doctor/examine'
import { isWrong } from '../doctor/finding'
import { readMachine } from '../doctor/machine'
import { tryInOwnProcess } from '../doctor/own-process'
import { providerFindings } from '../doctor/provider-findings'
import { tryStep } from '../doctor/step-trial'
import { AnsweredError } from '../terminal'
import { addCommand, terminalOf, type AddCommand } from './command'

/** What a newcomer, or a new machine, lacks. */
export const addDoctor: AddCommand = (program, output) => {
  addCommand(program, {
    name: 'doctor',
    description: 'look at what Freshet needs: machine, data folder, ports, engines; and run a training step on each execution provider',
    examples: ['doctor', 'doctor --json', 'doctor --config freshet.yaml', 'doctor --on cpu'],
  })
    .option('--on <provider>', 'only the training step, on this execution provider, in this process')
    .action((options: DoctorOptions) => {
      const terminal = terminalOf(output, options)
      return options.on === undefined ? everything(options, terminal) : oneProvider(options.on, terminal)
    })
}

interface DoctorOptions extends DataSetOptions {
  readonly on?: string
}

type Terminal = ReturnType<typeof terminalOf>

async function everything(options: DoctorOptions, terminal: Terminal): Promise<void> {
  const findings = await examine({
    config: configOf(options),
    machine: readMachine(),
    offered: offeredProviders(),
    tryProvider: (provider) => tryInOwnProcess(provider),
  })
  const wrong = findings.filter(isWrong)
  terminal.answer({ isWell: wrong.length === 0, findings }, doctorText(findings))
  if (wrong.length > 0) throw new AnsweredError(countText(wrong.length))
}

async function oneProvider(provider: string, terminal: Terminal): Promise<void> {
  assertOffered([provider])
  const trial = await tryStep(provider, { compileOn: (name) => compileOnnx({ provider: name }), clock: systemClock })
  const findings = providerFindings([trial], [provider])
  terminal.answer(trial, doctorText(findings))
  if (findings.some(isWrong)) throw new AnsweredError(`${provider} cannot be used`)
}
