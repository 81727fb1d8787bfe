--[[ Adds to the figures of a group, once for an event or for a call.

KEYS 1    the group's open figures     2-4  rings of receipts of events; or 2  receipt of this call
ARGV 1    nonce, echoed
     2    the instant, ms since the epoch, in tests (keys then live for an hour at least); empty: TIME of this server
     3    length of a period of receipts, in ms     4  ms for which figures are kept, for which the receipt is
     6    12 digest of the event id, or empty       7  4 digest of its content
     8-   for each: the local day and name, number

Reply     nonce, nothing, then 'gone' where the event was not observed (or another's content was), else 'counted'.
The ring's field of an event's digest and 'n' says that it has been counted.
]]
local call, sub, find, floor = redis.call, string.sub, string.find, math.floor

local now = tonumber(ARGV[2])
local shortest_life = now and 3600000 or 1
if not now then
  local time = call('TIME')
  now = time[1] * 1000 + floor(time[2] / 1000)
end
local kept, told = assert(tonumber(ARGV[4])), assert(tonumber(ARGV[5]))
local event, body = ARGV[6], ARGV[7]
if #ARGV % 2 == 0 or #KEYS ~= (event ~= '' and 4 or 2) then
  return redis.error_reply('POLICYD arguments do not fit')
end
for i = 9, #ARGV, 2 do
  assert(tonumber(ARGV[i]), 'POLICYD a number is missing')
end

local ring
if event ~= '' then
  local period = floor(now / tonumber(ARGV[3]))
  for i = 2, 4 do
    local row = call('HMGET', KEYS[i], '', event, event .. 'n')
    local begun = row[1] and tonumber(sub(row[1], 1, find(row[1], '\n', 1, true) - 1))
    if begun and begun >= period - 2 and row[2] then
      if sub(row[2], 1, 4) ~= body then
        return { ARGV[1], '', 'gone' }
      end
      if row[3] then
        return { ARGV[1], '', 'counted' }
      end
      ring = KEYS[i]
    end
  end
  if not ring then
    return { ARGV[1], '', 'gone' }
  end
elseif call('GET', KEYS[2]) then
  return { ARGV[1], '', 'counted' }
end

local new = false
for i = 8, #ARGV, 2 do
  if call('HINCRBY', KEYS[1], ARGV[i], ARGV[i + 1]) == tonumber(ARGV[i + 1]) then
    new = true
  end
end
if new then
  call('PEXPIRE', KEYS[1], kept)
end
if ring then
  call('HSET', ring, event .. 'n', '')
else
  call('SET', KEYS[2], '', 'PX', math.max(told, shortest_life))
end
return { ARGV[1], '', 'counted' }
