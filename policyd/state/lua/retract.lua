--[[ Takes back what decisions did to a member: strikes, and a mute that runs.

KEYS 1    the member's standing     2  receipt of this call, so that it may be sent again
ARGV 1    nonce, echoed
     2    the instant, ms since the epoch, in tests (keys then live for an hour at least); empty: TIME of this server
     3    ms for which the receipt is kept
     4    instant at which strikes are told as forgotten
     5    end of the running mute from now on, 0: none; empty: it stays
     6-   for each strike: 8 id of the ladder, 12 digest of the event

Reply     nonce, nothing, then numbers in words: the weight of each strike that was there; muted until before.
]]
local call, pack, unpack_at = redis.call, struct.pack, struct.unpack
local sub, floor, max, min = string.sub, math.floor, math.max, math.min

local clock = tonumber(ARGV[2])
local shortest_life = clock and 3600000 or 1
if not clock then
  local time = call('TIME')
  clock = time[1] * 1000 + floor(time[2] / 1000)
end
local told, now, mute = assert(tonumber(ARGV[3])), assert(tonumber(ARGV[4])), tonumber(ARGV[5])
local receipt = call('GET', KEYS[2])
if receipt then
  return { ARGV[1], '', receipt }
end

--#include standing

local function forgotten_after(id)
  local record, newest = records['L' .. id], 0
  for at = 1, #record.payload, 25 do
    newest = max(newest, (unpack_at('>I6', record.payload, at + 12)))
  end
  return record.expires - LATEST - newest
end

local function take_back(id, event)
  if not records['L' .. id] then
    return 0
  end
  local forget, kept, weight = forgotten_after(id), {}, 0
  for _, entry in ipairs(entries_of(id)) do
    if entry.event ~= event then
      kept[#kept + 1] = entry
    elseif entry.instant > now - forget then
      weight = entry.weight
    end
  end
  keep_entries(id, kept, forget)
  return weight
end

read_standing(KEYS[1])
local answer = {}
for i = 6, #ARGV, 2 do
  assert(#ARGV[i] == 8 and #ARGV[i + 1] == 12, 'POLICYD an id or a digest has another length')
  answer[#answer + 1] = string.format('%d', take_back(ARGV[i], ARGV[i + 1]))
end
local running = running_mute()
answer[#answer + 1] = string.format('%d', running)
if mute and running > 0 then
  keep_mute(mute)
end
local reply = table.concat(answer, ' ')
call('SET', KEYS[2], reply, 'PX', told)
write_standing(KEYS[1])
return { ARGV[1], '', reply }
