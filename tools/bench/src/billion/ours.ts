import { createInterface } from 'node:readline'
import { EngineSteps, openEngineOf } from '../engine/engine-steps'
import { loadState, saveState } from './state-file'
import { batchesOf, type Kind, KINDS, SHAPE, twoTower } from './work'

const WORKERS = 2

/**
 * Our side of the comparison, in a process of its own as the peer is: `ours.js ROWS BATCHES` fills a table, `ours.js ROWS BATCHES FILE` reads it back.
 * It says what it is on stdout; then each line on stdin is `<kind> <steps>`, `save <file>` or `digest`, answered by seconds or the digest.
 */
async function main([rows, batches, file]: string[]): Promise<void> {
  const startMs = performance.now()
  const engine = await openEngineOf({ model: twoTower(), rows: Number(rows), isEmpty: file !== undefined, logicalShards: SHAPE.shards })
  if (file) await loadState(engine.state, file)
  const loadSeconds = (performance.now() - startMs) / 1000
  await engine.crew.scaleTo(WORKERS)
  const steps = new Map(KINDS.map((kind) => [kind, new EngineSteps(engine, batchesOf(kind, Number(rows), Number(batches)))]))
  console.log(`${engine.state.tables[0].size} rows in ${loadSeconds.toFixed(2)} s`)
  for await (const line of createInterface({ input: process.stdin })) {
    const [verb, argument] = line.split(' ')
    if (verb === 'digest') console.log(engine.state.digest())
    else if (verb === 'save') {
      const from = performance.now()
      await saveState(engine.state, argument)
      console.log((performance.now() - from) / 1000)
    } else console.log((await steps.get(verb as Kind)?.run(Number(argument)))?.seconds ?? `no kind ${verb}`)
  }
  process.exit(0)
}

void main(process.argv.slice(2))
