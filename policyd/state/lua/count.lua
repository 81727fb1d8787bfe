--[[ Adds to the figures of groups: many counts in one call, each once for its event or for the call that asks for it.

KEYS 1-3  rings of receipts of events
     4-   for each count: the group's open figures; of one that is for no event also the receipt of its call
ARGV 1    nonce, echoed
     2    the instant, ms since the epoch, in tests (keys then live for an hour at least); empty: TIME of this server
     3    length of a period of receipts, in ms     4  ms for which figures are kept     5  ms for which a call is known
     6-   for each count: 12 digest of the event id, 4 digest of its content, or nothing of both; then a list, packed
          (cmsgpack): the local day and name, number, and so on. The first byte says how many bytes stand before it.

Reply     nonce, nothing, then for each count 'gone' where the event was not observed (or another's content was), else
          'counted'.
The ring's field of an event's digest and 'n' says that it has been counted.
]]
local call, sub, byte, find, floor = redis.call, string.sub, string.byte, string.find, math.floor

local now = tonumber(ARGV[2])
local shortest_life = now and 3600000 or 1
if not now then
  local time = call('TIME')
  now = time[1] * 1000 + floor(time[2] / 1000)
end
local kept, told = assert(tonumber(ARGV[4])), assert(tonumber(ARGV[5]))
local period = floor(now / assert(tonumber(ARGV[3])))

local asked, waiting, key = {}, {}, 4
for i = 6, #ARGV do
  local blob = ARGV[i]
  local behind = byte(blob, 1)
  local figures = cmsgpack.unpack(sub(blob, 2 + behind))
  for place = 2, #figures, 2 do
    assert(type(figures[place]) == 'number', 'POLICYD a number is missing')
  end
  local one = { open = KEYS[key], figures = figures }
  if behind == 16 then
    one.event, one.body, key = sub(blob, 2, 13), sub(blob, 14, 17), key + 1
    waiting[#waiting + 1] = one
  else
    one.receipt, key = KEYS[key + 1], key + 2
  end
  asked[#asked + 1] = one
end
if key ~= #KEYS + 1 or #asked == 0 then
  return redis.error_reply('POLICYD keys do not fit the arguments')
end

-- In which ring each event was observed, and whether it was counted; all are looked for in one call a ring, in the ring of
-- now first.
for age = 0, 2 do
  if #waiting == 0 then
    break
  end
  local ring, fields, missing = KEYS[(period - age) % 3 + 1], { '' }, {}
  for i, one in ipairs(waiting) do
    fields[2 * i], fields[2 * i + 1] = one.event, one.event .. 'n'
  end
  local row = call('HMGET', ring, unpack(fields))
  local begun = row[1] and tonumber(sub(row[1], 1, find(row[1], '\n', 1, true) - 1))
  for i, one in ipairs(waiting) do
    local receipt = begun and begun >= period - 2 and row[2 * i]
    if receipt then
      one.ring, one.counted = sub(receipt, 1, 4) == one.body and ring, row[2 * i + 1]
    else
      missing[#missing + 1] = one
    end
  end
  waiting = missing
end

local reply, marks, marked, sums, order = { ARGV[1], '' }, {}, {}, {}, {}
for i, one in ipairs(asked) do
  local known = one.ring or one.receipt
  local counted = one.counted or marked[one.event] or one.receipt and call('GET', one.receipt)
  reply[i + 2] = known and 'counted' or 'gone'
  if known and not counted then
    if one.ring then
      local fields = marks[one.ring] or {}
      fields[#fields + 1] = one.event .. 'n'
      fields[#fields + 1] = ''
      marks[one.ring], marked[one.event] = fields, true
    else
      call('SET', one.receipt, '', 'PX', math.max(told, shortest_life))
    end
    local sum = sums[one.open]
    if not sum then
      sum = {}
      sums[one.open], order[#order + 1] = sum, one.open
    end
    for place = 1, #one.figures, 2 do
      local name = one.figures[place]
      sum[name] = (sum[name] or 0) + one.figures[place + 1]
    end
  end
end

for ring, fields in pairs(marks) do
  call('HSET', ring, unpack(fields))
end
for _, open in ipairs(order) do
  local new = false
  for name, number in pairs(sums[open]) do
    if call('HINCRBY', open, name, number) == number then
      new = true
    end
  end
  if new then
    call('PEXPIRE', open, kept)
  end
end
return reply
