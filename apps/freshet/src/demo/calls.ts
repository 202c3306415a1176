/** Where the running system is called, and whether its shop is simulated. */
export interface CallsToTry {
  readonly grpc: string
  /** Absent where nothing listens for HTTP. */
  readonly http?: string
  readonly isDemo: boolean
}

/** The calls that a newcomer can copy: as they stand, against what runs; an empty system is told of something first. */
export function callsToTry({ grpc, http, isDemo }: CallsToTry): string {
  const [user, item] = isDemo ? ['user-1', 'item-7'] : ['ada', 'book-1']
  const json = "-H 'content-type: application/json' -d"
  const ask = `curl -s http://${http}/v1/recommend ${json} '{"userId": "${user}", "limit": 5}'`
  const tell = `curl -s http://${http}/v1/events ${json} '{"userId": "${user}", "itemId": "${item}", "type": "click"}'`
  const calls = [
    ...(http ? (isDemo ? [ask, tell] : [tell, ask]) : []),
    `grpcurl -plaintext -d '{"user_id": "${user}", "limit": 5}' ${grpc} freshet.ranker.v1.Ranker/Recommend`,
    `npx freshet recommend ${user} --limit 5`,
    'npx freshet status',
  ]
  return ['Try it, in another terminal:', '', ...calls.map((line) => `  ${line}`), ''].join('\n')
}
