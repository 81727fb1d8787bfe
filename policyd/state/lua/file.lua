--[[ Writes records and what comes due, all or nothing, once for an event.

KEYS 1    receipt of the filing     2  the cell's groups by the instant at which something first comes due
     3-   keys of records, and sets of a group's dues
ARGV 1    nonce, echoed
     2    the instant, ms since the epoch, in tests (keys then live for an hour at least); empty: TIME of this server
     3, 4 ms for which receipts, dues are kept
     5    8 stamp      6 answer
     7-   number of puts, each: place of its key, h and the field if it is a hash (else empty), stamp that is expected
          (empty: no record; *: any), value (empty: removes it), ms to keep it
          number of dues, each: place of its set, group, name, instant (0: none), instant expected (0: none, -1: any)

Reply     nonce, nothing, then 0 where a stamp or an instant was not as expected and nothing was changed, else
          { 0 (now) or 1 (before), the answer }
Record    6 until, 8 stamp, value: a string, or a field of a hash. A receipt: 6 until, answer.
A hash lives for the longest of what is put into it. At every put a few of its fields are looked at, and go if their
time is over.
]]
local LOOKED_AT = 4
local call, pack, unpack_at = redis.call, struct.pack, struct.unpack
local sub, floor, max = string.sub, math.floor, math.max

local now = tonumber(ARGV[2])
local shortest_life = now and 3600000 or 1
if not now then
  local time = call('TIME')
  now = time[1] * 1000 + floor(time[2] / 1000)
end
local receipts_kept, dues_kept = assert(tonumber(ARGV[3])), assert(tonumber(ARGV[4]))
local stamp, answer = ARGV[5], ARGV[6]

local receipt = call('GET', KEYS[1])
if receipt and unpack_at('>I6', receipt, 1) > now then
  return { ARGV[1], '', { 1, sub(receipt, 7) } }
end

-- What is asked, read to the end before anything is written.

local argument = 6
local function next_word()
  argument = argument + 1
  return (assert(ARGV[argument], 'POLICYD an argument is missing'))
end
local function next_number()
  return assert(tonumber(next_word()), 'POLICYD a number is missing')
end
local function next_key()
  return assert(KEYS[next_number()], 'POLICYD a key is missing')
end

local puts, dues = {}, {}
for i = 1, next_number() do
  local key, field = next_key(), next_word()
  puts[i] = { key = key, field = field ~= '' and sub(field, 2), expected = next_word(), value = next_word(),
    keep = next_number() }
end
for i = 1, next_number() do
  dues[i] = { key = next_key(), group = next_word(), name = next_word(), at = next_number(), was = next_number() }
end
if argument ~= #ARGV or #stamp ~= 8 then
  return redis.error_reply('POLICYD arguments do not fit')
end

local function stamp_of(put)
  local stored = put.field and call('HGET', put.key, put.field) or not put.field and call('GET', put.key)
  return stored and unpack_at('>I6', stored, 1) > now and sub(stored, 7, 14) or ''
end

for _, put in ipairs(puts) do
  if put.expected ~= '*' and stamp_of(put) ~= put.expected then
    return { ARGV[1], '', 0 }
  end
end
for _, due in ipairs(dues) do
  if due.was ~= -1 and tonumber(call('ZSCORE', due.key, due.name) or 0) ~= due.was then
    return { ARGV[1], '', 0 }
  end
end

-- Everything is known: write.

local function drop_expired(key)
  local some = call('HRANDFIELD', key, LOOKED_AT, 'WITHVALUES')
  for i = 1, #some, 2 do
    if unpack_at('>I6', some[i + 1], 1) <= now then
      call('HDEL', key, some[i])
    end
  end
end

local function put_field(put)
  if put.value == '' then
    call('HDEL', put.key, put.field)
    return
  end
  call('HSET', put.key, put.field, pack('>I6', now + put.keep) .. stamp .. put.value)
  drop_expired(put.key)
  call('PEXPIRE', put.key, max(put.keep, shortest_life, call('PTTL', put.key)))
end

local function put_string(put)
  if put.value == '' then
    call('DEL', put.key)
  else
    call('SET', put.key, pack('>I6', now + put.keep) .. stamp .. put.value, 'PX', max(put.keep, shortest_life))
  end
end

call('SET', KEYS[1], pack('>I6', now + receipts_kept) .. answer, 'PX', max(receipts_kept, shortest_life))
for _, put in ipairs(puts) do
  if put.field then
    put_field(put)
  else
    put_string(put)
  end
end
local groups = {}
for _, due in ipairs(dues) do
  groups[due.group] = due.key
  if due.at > 0 then
    call('ZADD', due.key, due.at, due.name)
  else
    call('ZREM', due.key, due.name)
  end
end
for group, key in pairs(groups) do
  local first = call('ZRANGE', key, 0, 0, 'WITHSCORES')
  if first[2] then
    call('PEXPIRE', key, dues_kept)
    call('ZADD', KEYS[2], first[2], group)
  else
    call('ZREM', KEYS[2], group)
  end
end
if #dues > 0 then
  call('PEXPIRE', KEYS[2], dues_kept)
end
return { ARGV[1], '', { 0, answer } }
