--[[ Closes the local days of a group that are over, and reads its figures.

KEYS 1    closed days of the group     2  open figures
ARGV 1    nonce, echoed
     2    the instant, ms since the epoch, in tests; empty: TIME of this server
     3    zone of the days, see clock.lua
     4    how many days are asked for      5  how many members the group has, empty where that is not known
     6, 7 how many days are kept, how many of them by hour
     8    ms for which figures are kept

Reply     nonce, 8 instant, then one list: today's local day, then nothing where there are no figures; else the first
          day of all, the last that is closed, members who wrote within 7 and within 30 days until its end, open figures
          of today and of the closed day after it and so on: for each day from the first one asked for until today, or
          until the last that is closed: its figures, packed (cmsgpack), or empty.
Closed    hash by local day of figures by name, packed. Field '': the first day of all, the last that is closed, the last
          that is kept without hours, sums of the figures x7 and x30 of all days, those that are forgotten too.
Open      hash of numbers by local day and name (`20516:m05`). Of days to come there are x7 and x30.
]]
local call, pack, unpack_at = redis.call, struct.pack, struct.unpack
local sub, floor, max, min = string.sub, math.floor, math.max, math.min

local now = tonumber(ARGV[2])
if not now then
  local time = call('TIME')
  now = time[1] * 1000 + floor(time[2] / 1000)
end
local zones = ARGV[3]
local asked, size = assert(tonumber(ARGV[4])), tonumber(ARGV[5])
local kept_days, hourly_days = assert(tonumber(ARGV[6])), assert(tonumber(ARGV[7]))
local kept = assert(tonumber(ARGV[8]))

--#include clock

local today = clock_of(1).day
local meta = call('HGET', KEYS[1], '')
local noted = call('HGETALL', KEYS[2])
if not meta and #noted == 0 then
  return { ARGV[1], pack('>I8', now), { tostring(today) } }
end

-- What is noted, by day.

local open, first_noted = {}, nil
for i = 1, #noted, 2 do
  local day, name = string.match(noted[i], '^(-?%d+):(.*)$')
  day = tonumber(day)
  open[day] = open[day] or {}
  open[day][name] = tonumber(noted[i + 1])
  first_noted = min(first_noted or day, day)
end

local known = {}
for word in string.gmatch(meta or '', '%S+') do
  known[#known + 1] = tonumber(word)
end
local oldest = today - kept_days
local first = min(known[1] or first_noted, first_noted or known[1])
local before = known[2] or first - 1
local closed = max(before, today - 1)
local folded_before = known[3] or first - 1
local folded = max(known[3] or 0, today - hourly_days - 1)
local week, month = known[4] or 0, known[5] or 0
local since = max(first, oldest)

-- Closed days as they are now to be.

local days, changed = {}, {}
local function day_of(day)
  if not days[day] then
    local stored = call('HGET', KEYS[1], day)
    days[day] = stored and cmsgpack.unpack(stored) or {}
  end
  return days[day]
end

local function fold(day)
  local values, messages = day_of(day), 0
  for hour = 0, 23 do
    local name = string.format('m%02d', hour)
    if values[name] then
      messages = messages + values[name]
      values[name] = nil
      changed[day] = true
    end
  end
  if messages ~= 0 then
    values.m = (values.m or 0) + messages
  end
end

if size then
  for day = max(before + 1, oldest), closed do
    day_of(day).size = size
    changed[day] = true
  end
end
local gone = {}
for day, values in pairs(open) do
  if day <= closed then
    week, month = week + (values.x7 or 0), month + (values.x30 or 0)
    for name, number in pairs(values) do
      gone[#gone + 1] = day .. ':' .. name
      if day >= oldest and number ~= 0 then
        day_of(day)[name] = (day_of(day)[name] or 0) + number
        changed[day] = true
      end
    end
    if day <= folded_before then
      fold(day)
    end
  end
end
for day = max(folded_before + 1, since), min(folded, closed) do
  fold(day)
end

-- Everything is known: write.

for day in pairs(changed) do
  local values = days[day]
  for name, number in pairs(values) do
    if number == 0 then
      values[name] = nil
    end
  end
  if next(values) then
    call('HSET', KEYS[1], day, cmsgpack.pack(values))
  else
    call('HDEL', KEYS[1], day)
  end
end
for day = known[1] or since, since - 1 do
  call('HDEL', KEYS[1], day)
end
for i = 1, #gone do
  call('HDEL', KEYS[2], gone[i])
end
local said = string.format('%d %d %d %d %d', since, closed, folded, week, month)
if said ~= meta then
  call('HSET', KEYS[1], '', said)
  call('PEXPIRE', KEYS[1], kept)
end

-- The answer.

local answer = { tostring(today), tostring(since), tostring(closed), tostring(week), tostring(month) }
for day = min(max(since, today - asked), today), max(closed, today) do
  local stored
  if day <= closed then
    stored = call('HGET', KEYS[1], day)
  elseif open[day] then
    stored = cmsgpack.pack(open[day])
  end
  answer[#answer + 1] = stored or ''
end
return { ARGV[1], pack('>I8', now), answer }
