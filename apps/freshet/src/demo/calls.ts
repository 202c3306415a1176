/** Where the running system is called. */
export interface DemoAddresses {
  readonly grpc: string
  readonly http: string
}

/** The calls that a newcomer can copy: as they stand, against what runs. */
export const callsToTry = ({ grpc, http }: DemoAddresses): string => `Try it, in another terminal:

  curl -s http://${http}/v1/recommend -H 'content-type: application/json' -d '{"userId": "user-1", "limit": 5}'
  curl -s http://${http}/v1/events -H 'content-type: application/json' -d '{"userId": "user-1", "itemId": "item-7", "type": "click"}'
  grpcurl -plaintext -d '{"user_id": "user-1", "limit": 5}' ${grpc} freshet.ranker.v1.Ranker/Recommend
  npx freshet recommend user-1 --limit 5
  npx freshet status

`
