import { createHash } from 'node:crypto'

/** A program that Redis keeps by its hash. All take the keys of one partition, so all of it runs in one slot, at one moment. */
export interface Script {
  readonly lua: string
  readonly sha: string
}

const script = (lua: string): Script => ({ lua, sha: createHash('sha1').update(lua).digest('hex') })

/**
 * Compares, and then sets and deletes: answers nothing where it did (or had done, when it was sent twice), else where the partition stands.
 *
 * ARGV  expected standing, next standing, who commits, outbox entries below this are forgotten,
 *       where puts end, where deletions end; then key, value, key, value …; key …; outbox entry …
 *
 * What Redis may refuse for want of memory comes first, so that a refusal finds nothing changed. Lua passes some 8,000 arguments at most.
 */
export const COMMIT = script(`
local standing = redis.call('HMGET', KEYS[1], 'at', 'by', 'next')
if standing[2] == ARGV[3] then return false end
if (standing[1] or '0 0 0') ~= ARGV[1] then return standing[1] or '0 0 0' end
local putsEnd, deletesEnd = tonumber(ARGV[5]), tonumber(ARGV[6])
local function batches(from, to, apply)
  for i = from, to, 4000 do apply(i, math.min(i + 3999, to)) end
end
redis.call('HSET', KEYS[1], 'at', ARGV[2], 'by', ARGV[3], 'next', (standing[3] or 0) + #ARGV - deletesEnd)
batches(7, putsEnd, function(i, j)
  if redis.call('HSET', KEYS[2], unpack(ARGV, i, j)) == 0 then return end
  local members = {}
  for k = i, j, 2 do members[k - i + 1], members[k - i + 2] = 0, ARGV[k] end
  redis.call('ZADD', KEYS[3], unpack(members))
end)
batches(putsEnd + 1, deletesEnd, function(i, j)
  redis.call('HDEL', KEYS[2], unpack(ARGV, i, j))
  redis.call('ZREM', KEYS[3], unpack(ARGV, i, j))
end)
local forgotten = ARGV[4] - (standing[3] or 0) + redis.call('LLEN', KEYS[4])
if forgotten > 0 then redis.call('LTRIM', KEYS[4], forgotten, -1) end
batches(deletesEnd + 1, #ARGV, function(i, j) redis.call('RPUSH', KEYS[4], unpack(ARGV, i, j)) end)
return false
`)

const STANDS = `
local at = redis.call('HGET', KEYS[1], 'at') or '0 0 0'
if ARGV[1] ~= '' and at ~= ARGV[1] then return at end
`

/** Values by their keys (ARGV[2] on); where the partition does not stand at ARGV[1], where it stands. */
export const READ = script(`${STANDS}
local values = {}
for i = 2, #ARGV, 4000 do
  local part = redis.call('HMGET', KEYS[2], unpack(ARGV, i, math.min(i + 3999, #ARGV)))
  for k = 1, #part do values[i + k - 2] = part[k] end
end
return values
`)

/** Where the partition stands, then values by their keys (ARGV). */
export const LOOK = script(`
local values = { redis.call('HGET', KEYS[1], 'at') or '0 0 0' }
for i = 1, #ARGV, 4000 do
  local part = redis.call('HMGET', KEYS[2], unpack(ARGV, i, math.min(i + 3999, #ARGV)))
  for k = 1, #part do values[i + k] = part[k] end
end
return values
`)

/** The first so many outbox entries (ARGV[1] + 1), after the sequence that the next one will get and how many there are. */
export const OUTBOX = script(`
local entries = redis.call('LRANGE', KEYS[4], 0, ARGV[1])
table.insert(entries, 1, redis.call('LLEN', KEYS[4]))
table.insert(entries, 1, redis.call('HGET', KEYS[1], 'next') or '0')
return entries
`)

/** A page of keys, each followed by its value: from ARGV[2] to ARGV[3] in the order of bytes, at most ARGV[4]; ARGV[1] as for {@link READ}. */
export const SCAN = script(`${STANDS}
local keys = redis.call('ZRANGEBYLEX', KEYS[3], ARGV[2], ARGV[3], 'LIMIT', 0, ARGV[4])
local page = {}
for i = 1, #keys, 4000 do
  local values = redis.call('HMGET', KEYS[2], unpack(keys, i, math.min(i + 3999, #keys)))
  for k = 1, #values do page[2 * (i + k) - 3], page[2 * (i + k) - 2] = keys[i + k - 1], values[k] end
end
return page
`)
