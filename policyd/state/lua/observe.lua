--[[ Claims, counts and reads a batch of events of one cell.

KEYS 1-3  ring of hashes, one per period of half a day (period number modulo 3): receipts, and windows of a day or less
     4-6  ring of what was given, likewise per period of 15 days
     7-   the strings that the events name, each event its own, in order
ARGV 1    nonce, echoed
     2, 3 length of a period of receipts, of given, in ms
     4    the instant, ms since the epoch, in tests (keys then live for an hour at least); empty: TIME of this server
     5    revision of the policies that ask
     6    zones, see calendar.lua
     7-   one packed event each (big-endian):
            1 flags, 1 number of fields, 2 number of keys + 16384 if FIGURES + 32768 if AMOUNTS, 12 digest of the event
            id, 4 digest of its content, 8 digest of the message id (if MESSAGE),
            if FIGURES: 1 what it is to the figures of the group (0 nothing, 1 message, 2 join, 3 leave, 4 request; + 8
            if a member's presence is kept), 2 zone of its days
            if AMOUNTS: 2 number, for each window that counts values or amounts, in their order, 6 value or amount (0:
            it counts nothing)
            records (if RECORDS): 1 number, for each 2 length of its field, which
            follows, + 1, 0 if it is no field of a hash; fields: 1 length, name
            1 number of ids; each 6, of a window that has a text as its key
            then, equal for events that ask for the same: 2 windows, 2 ladders
            windows: 6 id (zeros: the next of those before), 6 span in ms, 2 cap, 1 bump (0 never, 1 new, 2 edit,
                     3 always) + 4 * period (0 none, 1 day, 2 week, 3 month) + 16 * form (0 events, 1 distinct, 2 sum,
                     3 messages, 4 active) + 128 if the period before is told, 2 where it is kept (from 1: first the
                     fields, then the keys of this event)
            ladders: 8 id, 6 forget in ms (0: never)
            zones:   2 for each window that has a period or tells figures, in their order
          The last key of the event is the member's standing if STANDING, the one before it the member's long windows
          if SILENCE or SPOKE or its presence is kept, the one before that the group's open figures if the event is
          something to them; the first keys are those of the records. Either all events of a call are to be looked at
          only (LOOK) or none: then nothing is written, and no id is known.

Reply     nonce, 8 instant, then for each event
            first sight: its receipt
            repeated:    { receipt, 8 instant then, revision that asked then, what its commit answered or nil }
            another content under this id: 0
Receipt   4 digest of the content, 1 index of the revision, 4 ms since the period began (signed), 1 flags + 16 * ladders;
          if FACTS: 2 counts, 2 ladders; counts of 1 byte or (WIDE) 2 bytes; if FACTS: 6 muted until, 6 last seen,
          4 strikes for each ladder; if HELD: 2 number, for each record 4 length, what stood in it behind 6 until; if
          GIVEN: names of rules, one a line. Facts that are all 0 are left out, records of which there is none too.
Ring      field '' holds the period's number and the revisions seen in it, one a line, each line ended.
          A digest holds the receipt of an event; a digest and 'c' what the event's commit answered; 'm' and the first 14
          bits of the digest of a message id, in 2 bytes: the last 6 bytes, of all such messages (more bits would make
          more fields, which cost more memory than longer values). A name holds windows: 6 id, 6 span,
          2 number, instants of 6 bytes, the oldest first; what is in a newer hash hides what is in an older one. Where
          the clock goes back, the newest hash stays the current one.
Strings   Windows of more than a day and those of counted.lua, and presence (presence.lua), behind 6 until when they
          matter. Standing: see standing.lua. Records: see file.lua.
Figures   hash of numbers, by local day and name (`20516:m05`); see figures.lua.
]]
local MESSAGE, EDIT, STANDING, SILENCE, SPOKE, MUTE, RECORDS, LOOK = 1, 2, 4, 8, 16, 32, 64, 128
local R_EDIT, R_WIDE, R_FACTS, R_GIVEN, R_HELD = 1, 2, 4, 8, 16
local ZERO = '\0\0\0\0\0\0'
local NOTHING = {}
local call, pack, unpack_at = redis.call, struct.pack, struct.unpack
local sub, find, byte, char, floor = string.sub, string.find, string.byte, string.char, math.floor

local function has(flags, flag)
  return flags % (flag * 2) >= flag
end

local period_length = tonumber(ARGV[2])
local now = tonumber(ARGV[4])
local shortest_life = now and 3600000 or 1
if not now then
  local time = call('TIME')
  now = time[1] * 1000 + floor(time[2] / 1000)
end
local now6 = pack('>I6', now)
local revision, zones = ARGV[5], ARGV[6]

-- The events, and everything that they read, in one call a key. Nothing is written before all of it is known to be
-- sound. An event: 1 blob, 2 flags, 3 digest, 4 its row, 5 the message's field, 6 its mark, 7 shape, 8 names, 9 number
-- of keys but its records', 10 those before them, 11 records, 12 where its amounts are (0: none), 13 what it is to the
-- figures or false, 14 whether a presence is kept, 15 zone or false, 16 where the ids of cells of texts are. A window:
-- 1 id and span (of a text, those of the event that is being counted), 2 span, 3 cap, 4 bump, 5 place, 6 since when,
-- 7 kind or false, 8 of a text, its span as it is packed.

local shapes = {}
local function shape_of(text)
  local windows, ladders = unpack_at('>I2I2', text, 1)
  local shape = { windows = windows, ladders = ladders, text = text, ladders_at = 5 + windows * 17 }
  local zone_at, amounts = shape.ladders_at + 14 * ladders, 0
  for i = 1, windows do
    local at = 5 + (i - 1) * 17
    local span, cap, when, place = unpack_at('>I6I2BI2', text, at + 6)
    local window = { sub(text, at, at + 11), span, cap, when, place, now - span, false }
    if when > 3 then
      local kind = { per = floor(when / 4) % 4, form = floor(when / 16) % 8, last = floor(when / 128) }
      if kind.form == 1 or kind.form == 2 then
        amounts = amounts + 1
        kind.amount = amounts
      end
      if kind.per > 0 or kind.form > 2 then
        kind.zone = unpack_at('>I2', text, zone_at)
        zone_at = zone_at + 2
      end
      window[4], window[7] = when % 4, kind
    end
    if sub(text, at, at + 5) == ZERO then
      shape.of_texts = shape.of_texts or {}
      shape.of_texts[#shape.of_texts + 1] = window
      window[8] = sub(text, at + 6, at + 11)
    end
    shape[i] = window
  end
  shapes[text] = shape
  return shape
end

local texts, expires = {}, {}

--#include records

local looking = #ARGV > 6 and byte(ARGV[7], 1) >= LOOK
local events, fields, filled, rows_of, base = {}, { '' }, 1, {}, 6
for i = 7, #ARGV do
  local blob = ARGV[i]
  local flags, named, high, low = byte(blob, 1, 4)
  local digest, message, mark, at = sub(blob, 5, 16), false, false, 21
  filled = filled + 1
  fields[filled] = digest
  local row = filled
  if flags % 2 == 1 then
    local second = byte(blob, 22)
    message, mark, at = 'm' .. sub(blob, 21, 21) .. char(second - second % 4), sub(blob, 23, 28), 29
    if not rows_of[message] then
      filled = filled + 1
      fields[filled] = message
      rows_of[message] = filled
    end
  end
  local amounts, figure, somebody, zone = 0, false, false, false
  if high > 63 then
    if high % 128 > 63 then
      figure, zone = unpack_at('>BI2', blob, at)
      at, somebody = at + 3, figure > 7
      figure = figure % 8 > 0 and figure % 8
    end
    if high > 127 then
      local number = unpack_at('>I2', blob, at)
      amounts = at + 2
      at = amounts + 6 * number
    end
    high = high % 64
  end
  local asked, keys = NOTHING, high * 256 + low
  local first, after = base, base + keys
  if flags >= RECORDS then
    asked, at = records_asked(blob, flags, at, base)
    first, keys = first + #asked, keys - #asked
  end
  local names = NOTHING
  if named > 0 then
    names = {}
    for j = 1, named do
      local length = byte(blob, at)
      local name = sub(blob, at + 1, at + length)
      at = at + 1 + length
      names[j] = name
      if not rows_of[name] then
        filled = filled + 1
        fields[filled] = name
        rows_of[name] = filled
      end
    end
  end
  local ids = at + 1
  local text = sub(blob, ids + 6 * byte(blob, at))
  events[i - 6] = { blob, flags, digest, row, message, mark, shapes[text] or shape_of(text), names, keys, first, asked,
    amounts, figure, somebody, zone, ids }
  base = after
end
if base ~= #KEYS then
  return redis.error_reply('POLICYD keys do not fit the events')
end

local period = floor(now / period_length)
local rings, begun, metas = {}, {}, {}
for i = 1, 3 do
  rings[i] = call('HMGET', KEYS[i], unpack(fields))
  local meta = rings[i][1]
  metas[i] = meta
  begun[i] = meta and tonumber(sub(meta, 1, find(meta, '\n', 1, true) - 1))
end
for i = 1, 3 do
  if begun[i] and begun[i] > period and begun[i] <= floor(now / period_length) + 2 then
    period = begun[i]
  end
end
local places = { period % 3 + 1, (period - 1) % 3 + 1, (period - 2) % 3 + 1 }
local rows = {}
for age = 1, 3 do
  rows[age] = begun[places[age]] == period - age + 1 and rings[places[age]] or NOTHING
end
local newest, middle, oldest = rows[1], rows[2], rows[3]
local fresh = newest == NOTHING
local ring = KEYS[places[1]]

if #KEYS > 6 then
  local names = {}
  for i = 7, #KEYS do
    names[i - 6] = KEYS[i]
  end
  local values = call('MGET', unpack(names))
  for i = 1, #names do
    local value = values[i]
    texts[names[i]] = value and sub(value, 7) or ''
    expires[names[i]] = value and unpack_at('>I6', value, 1) or 0
  end
end

-- The rest is one function, and what few calls need is one more, made with the first event that needs it: Lua looks for a
-- local that a new function captures among all that are captured, but finds at once what the function around it has.

local function observed()

local meta_text = fresh and (period .. '\n') or metas[places[1]]
local stamp
local function receipt_stamp()
  if not find(meta_text, '\n' .. revision .. '\n', 1, true) then
    meta_text = meta_text .. revision .. '\n'
  end
  local place = find(meta_text, '\n' .. revision .. '\n', 1, true)
  local _, index = string.gsub(sub(meta_text, 1, place), '\n', '')
  stamp = pack('>Bi4', math.min(index, 255), now - period * period_length)
  return stamp
end

local function revision_at(text, index)
  local line = 0
  for name in string.gmatch(text, '([^\n]*)\n') do
    if line == index then
      return name
    end
    line = line + 1
  end
  return ''
end

-- Messages seen.

local function holds(marks, mark)
  local at = marks and find(marks, mark, 1, true)
  while at and at % 6 ~= 1 do
    at = find(marks, mark, at + 1, true)
  end
  return at
end

local messages = {}
local function seen_before(field, mark)
  local row = rows_of[field]
  local marks = messages[field] or newest[row] or ''
  if holds(marks, mark) or holds(middle[row], mark) or holds(oldest[row], mark) then
    return true
  end
  if not looking then
    messages[field] = marks .. mark
  end
  return false
end

local given_period = floor(now / tonumber(ARGV[3]))
local function given(message)
  local names = {}
  for i = 4, 6 do
    local row = call('HMGET', KEYS[i], '', message)
    if row[1] and row[2] and tonumber(row[1]) >= given_period - 2 then
      names[#names + 1] = row[2]
    end
  end
  return table.concat(names, '\n')
end

local added, sets, set = {}, {}, 0

--#include windows

local rare
local function rarely()
  if rare then
    return rare
  end
--#include calendar
--#include presence
--#include counted
--#include facts
  rare = { bump = bump_counted, note_presence = note_presence, facts_of = facts_of, write = write_figures }
  return rare
end

-- One event.

local function counts_of(event, edit)
  local shape, names = event[7], event[8]
  local counting = looking and -1 or edit and 2 or 1
  local counts, wide = {}, false
  for i, window in ipairs(shape.of_texts or NOTHING) do
    local at = event[16] + 6 * (i - 1)
    window[1] = sub(event[1], at, at + 5) .. window[8]
  end
  for i = 1, shape.windows do
    local window = shape[i]
    local place, when = window[5], window[4]
    local name = names[place] or KEYS[event[10] + place - #names]
    local counts_it = when == counting or when == 3 and not looking
    local count = window[7] and rarely().bump(name, window, event, counts_it) or bump(name, window, counts_it)
    wide = wide or count > 255
    counts[i] = count
  end
  if not wide and shape.windows < 100 then
    return char(unpack(counts)), 0
  end
  for i = 1, #counts do
    counts[i] = pack('>I2', counts[i])
  end
  return table.concat(counts), R_WIDE
end

local function first_sight(event, edit)
  local shape = event[7]
  if event[13] and not edit and not looking then
    rarely().note_presence(event)
  end
  local counts, flags = counts_of(event, edit)
  flags = flags + (edit and R_EDIT or 0)
  local facts = event[2] >= STANDING and rarely().facts_of(event, edit)
  local held = event[11] ~= NOTHING and records_held(event[11]) or ''
  local rules = edit and event[5] and given(sub(event[1], 21, 28)) or ''
  local receipt = sub(event[1], 17, 20) .. (stamp or receipt_stamp())
  if rules ~= '' or held ~= '' or shape.ladders > 15 or (facts and find(facts, '[^%z]')) then
    receipt = receipt .. char(flags + R_FACTS + (rules ~= '' and R_GIVEN or 0) + (held ~= '' and R_HELD or 0))
      .. pack('>I2I2', shape.windows, shape.ladders) .. counts
      .. (facts or (ZERO .. ZERO .. string.rep('\0\0\0\0', shape.ladders))) .. held .. rules
  else
    receipt = receipt .. char(flags + 16 * shape.ladders) .. counts
  end
  added[event[3]] = receipt
  sets[set + 1], sets[set + 2] = event[3], receipt
  set = set + 2
  return receipt
end

local function repeated(event, receipt, age)
  if sub(receipt, 1, 4) ~= sub(event[1], 17, 20) then
    return 0
  end
  local text = age == 1 and meta_text or metas[places[age]]
  local index, offset = unpack_at('>Bi4', receipt, 5)
  local instant = (period - age + 1) * period_length + offset
  local committed = not added[event[3]] and call('HGET', KEYS[places[age]], event[3] .. 'c')
  return { receipt, pack('>I8', instant), revision_at(text, index), committed }
end

if looking then
  local seen = { ARGV[1], pack('>I8', now) }
  for i, event in ipairs(events) do
    local edit = has(event[2], EDIT) or event[5] and seen_before(event[5], event[6])
    seen[i + 2] = first_sight(event, edit)
  end
  return seen
end

local replies = { ARGV[1], pack('>I8', now) }
for i = 1, #events do
  local event = events[i]
  local digest, row = event[3], event[4]
  local receipt, age = added[digest] or newest[row], 1
  if not receipt then
    receipt, age = middle[row], 2
  end
  if not receipt then
    receipt, age = oldest[row], 3
  end
  if receipt then
    replies[i + 2] = repeated(event, receipt, age)
  else
    local edit = has(event[2], EDIT)
    if event[5] and seen_before(event[5], event[6]) then
      edit = true
    end
    replies[i + 2] = first_sight(event, edit)
  end
end

for field, marks in pairs(messages) do
  sets[set + 1], sets[set + 2] = field, marks
  set = set + 2
end
for name in pairs(changed_fields) do
  sets[set + 1], sets[set + 2] = name, texts[name]
  set = set + 2
end
if set > 0 then
  if fresh then
    call('UNLINK', ring)
  end
  if fresh or meta_text ~= metas[places[1]] then
    sets[set + 1], sets[set + 2] = '', meta_text
  end
  call('HSET', ring, unpack(sets))
  if fresh then
    call('PEXPIRE', ring, 4 * period_length)
  end
end
if rare then
  rare.write()
end
for key in pairs(changed_keys) do
  call('SET', key, pack('>I6', expires[key]) .. texts[key], 'PX', math.max(shortest_life, expires[key] - now))
end
return replies

end
return observed()
