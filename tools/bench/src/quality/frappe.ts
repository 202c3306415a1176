import { curveSvg, type EpochRecord } from '@freshet/learner'
import { atLeast, type Measured } from '../harness/report'
import { dataFile } from '../harness/data-directory'
import { CLICK_MODELS, type ClickModel } from './click-models'
import { type ClickFit, fitClicks } from './click-fit'
import { type LabelledFields, readLibfm } from './data/libfm'
import type { QualityScope, QualitySet } from './quality-set'
import { spellEpoch } from './spell-epoch'
import { overSeeds, together } from './spread'

const AUC_MIN = 0.9825 // within .002 of DCN-V2's .9845: training negatives were redrawn
const QUICK_EPOCHS = 2
const NOTE =
  'BARS frappe_x1: official validation and test, training negatives re-sampled. DeepFM .9842/.1482, DCN-V2 .9845/.1491, FinalMLP .9861/.1484'

/** App usage in contexts: will this user use this app now? */
export const FRAPPE: QualitySet = {
  name: 'frappe',
  run: async (scope) => {
    const data = read(scope.directory)
    if (!data) return undefined
    scope.say(`frappe: ${NOTE}`)
    const tried: { readonly model: ClickModel; readonly fits: readonly ClickFit[] }[] = []
    for (const model of scope.isQuick ? CLICK_MODELS.slice(0, 1) : CLICK_MODELS) {
      const fits: ClickFit[] = []
      for (const seed of scope.seeds) fits.push(await trainOnce(model, data, { ...scope, seed }))
      tried.push({ model, fits })
    }
    const best = tried.reduce((a, b) => (validated(b.fits) > validated(a.fits) ? b : a))
    scope.say(`frappe: validation likes ${best.model.name} best`)
    return together(figures('frappe', best.fits, true), ...tried.map(({ model, fits }) => figures(`frappe_${model.name}`, fits, false)), {
      frappe_epochs_max: { value: epochsMax(best.model, scope), unit: 'epochs' },
    })
  },
}

type FrappeData = Readonly<Record<'train' | 'validation' | 'test', LabelledFields>>

function read(directory: string): FrappeData | undefined {
  const paths = ['train.reconstructed', 'validation', 'test'].map((part) => dataFile(directory, `frappe/frappe.${part}.libfm`))
  const parts = paths.flatMap((path) => (path ? [readLibfm(path)] : []))
  if (parts.length < paths.length) return undefined
  const [train, validation, test] = parts
  return { train, validation, test }
}

async function trainOnce(model: ClickModel, data: FrappeData, scope: QualityScope & { readonly seed: number }): Promise<ClickFit> {
  const { seed, compile, say, keep } = scope
  const craft = { ...model.craft, epochsMax: epochsMax(model, scope) }
  const onEpoch = (record: EpochRecord): void => say(`  ${model.name}, seed ${seed}: ${spellEpoch(record)}`)
  const done = await fitClicks({ ...data, model: model.declare(data.train.fields), decay: model.decay, craft, seed, compile, onEpoch })
  const { test, best } = done
  say(
    `  ${model.name}, seed ${seed}: epoch ${best.epoch} gives test AUC ${test.auc.toFixed(4)}, logloss ${test.logLoss.toFixed(4)} (${model.chosen})`,
  )
  keep(`frappe-${model.name}-${seed}.svg`, curveSvg(`${model.name} on frappe, seed ${seed}`, done.curve))
  return done
}

const epochsMax = ({ craft }: ClickModel, { isQuick }: QualityScope): number => (isQuick ? QUICK_EPOCHS : craft.epochsMax)
const validated = (fits: readonly ClickFit[]): number => fits.reduce((sum, { best }) => sum + best.validation.score, 0)

const figures = (prefix: string, fits: readonly ClickFit[], isJudged: boolean): Record<string, Measured> => ({
  ...overSeeds(
    `${prefix}_auc`,
    fits.map(({ test }) => test.auc),
    { unit: 'auc', ...(isJudged && { goal: atLeast(AUC_MIN) }) },
  ),
  ...overSeeds(
    `${prefix}_logloss`,
    fits.map(({ test }) => test.logLoss),
    { unit: 'nats' },
  ),
})
