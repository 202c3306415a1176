import { asked, openStage, runCaptured, type Stage } from '../services.fixture'

const looks = (): number => asked.filter(({ method }) => method === 'trainerStatus').length

describe('freshet train', () => {
  let stage: Stage
  beforeAll(async () => (stage = await openStage()))
  afterAll(() => stage[Symbol.asyncDispose]())

  it('shows the trainer once', async () => {
    const { code, stdout, stderr } = await stage.run('train', '--once')
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(/^trainer +a, owner, epoch 3[\s\S]*5 behind\n[\s\S]*AUC +0.7500[\s\S]*step 1,234/)
  })

  it('says it as one document to a program', async () => {
    expect(JSON.parse((await stage.run('train', '--once', '--json')).stdout)).toMatchObject({ step: 1234, lag: [2, 3], auc: 0.75 })
  })

  it('looks again and again until it is interrupted, a document a line', async () => {
    const running = stage.run('train', '--json', '--every', '0.1')
    const before = looks()
    while (looks() < before + 3) await new Promise(setImmediate)
    process.emit('SIGINT')
    const { code, stdout } = await running
    expect(code).toBe(0)
    const lines = stdout.trim().split('\n')
    expect(lines.length).toBeGreaterThanOrEqual(2)
    for (const line of lines) expect(JSON.parse(line)).toMatchObject({ step: 1234 })
    expect(process.listenerCount('SIGINT')).toBe(0)
  })

  it.each([['0'], ['x'], ['4000'], ['-1']])('refuses to look every %p seconds', async (every) => {
    const { code, stdout, stderr } = await runCaptured(['train', '--every', every])
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain('it must be a number of seconds, .1 to 3600.')
  })
})

describe('freshet train scale', () => {
  let stage: Stage
  beforeAll(async () => (stage = await openStage()))
  afterAll(() => stage[Symbol.asyncDispose]())

  it('asks for so many threads, or leaves it to load, and says who computes', async () => {
    expect(await stage.run('train', 'scale', '3')).toMatchObject({ code: 0, stdout: '3 threads share each step\n' })
    const auto = '1 thread computes each step; from now on as many as load asks for\n'
    expect(await stage.run('train', 'scale', 'auto')).toMatchObject({ code: 0, stdout: auto })
    expect(JSON.parse((await stage.run('train', 'scale', '2', '--json')).stdout)).toEqual({ workers: 2 })
  })

  it('passes on why the trainer refuses', async () => {
    const { code, stderr } = await stage.run('train', 'scale', '17')
    expect(code).not.toBe(0)
    expect(stderr).toContain('an engine has 1 to 16 workers')
  })

  it.each([['0'], ['-2'], ['1.5'], ['many']])('refuses %p workers', async (workers) => {
    const { code, stderr } = await runCaptured(['train', 'scale', '--', workers])
    expect(code).not.toBe(0)
    expect(stderr).toContain(`workers is '${workers}', but it is a number of threads, 1 or more; or say auto`)
  })
})

describe('freshet train while nobody trains', () => {
  it('says so, and what to do, where one look was asked for', async () => {
    await using stage = await openStage(true)
    const { code, stdout, stderr } = await stage.run('train', '--once')
    expect([code, stdout]).toEqual([3, ''])
    expect(stderr).toMatch(/a trainer at 127.0.0.1:\d+.*start it: npx freshet up/)
  })
})
