--[[ Claims, counts and reads a batch of events of one cell.

KEYS 1-3  ring of hashes, one per period of half a day (period number modulo 3): receipts, and windows of a day or less
     4-6  ring of what was given, likewise per period of 15 days
     7-   the keys that the events name, each event its own, in order
ARGV 1    nonce, echoed
     2    packed (big-endian): 8 length of a period of receipts, 8 of given, in ms; 1 whether the instant is told (in tests;
          keys then live for an hour at least), else it is TIME of this server; 8 instant, ms since the epoch;
          2 length of the revision of the policies that ask, which follows; zones, see clock.lua
     3-   one packed event each (big-endian): 3 length of its form, the form (forms.lua)
            8 digest of its content, of which the first 4 are kept; if MESSAGE: 8 digest of the message id
            12 digest of the event id; if MESSAGE: 3 the message's field in the ring
            fields of the ring that its windows are in: 1 length, name
            for each window that has a text as its key: 6 id, 6 span in ms
            for each window that counts values or amounts, in their order: 6 value or amount (0: it counts nothing)
            if RECORDS: 1 number, for each 2 length of its field, which follows, + 1, 0 if it is no field of a hash
          Its keys: those of its records; strings: those that its windows are in, the member's long windows if SILENCE or
          SPOKE or its presence is kept, the member's standing if STANDING; the group's open figures if it is something
          to them or a window tells them. Either all events of a call are to be looked at only (LOOK) or none: then
          nothing is written, and no id is known.

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
          more fields, which cost more memory than longer values); 'n' and 'o' likewise, of 3 bytes, see marks.lua. A
          name holds windows: 6 id, 6 span, 2 number, instants of 6 bytes, the oldest first; what is in a newer hash
          hides what is in an older one. Where the clock goes back, the newest hash stays the current one.
Strings   Windows of more than a day and those of counted.lua, and presence (presence.lua), behind 6 until when they
          matter. Standing: see standing.lua. Records: see file.lua.
Figures   hash of numbers, by local day and name (`20516:m05`); see figures.lua.

This file is run once, by the first call that a server gets; what it gives back is called for each. What stays from one
call to the next (forms, clocks, names, periods and revisions) is right for whatever it is found by: it makes no
difference, but that it need not be worked out again. How many layers of marks a ring has (marks.lua) is looked at again
when it is read.
]]
local call, pack, unpack_at = redis.call, struct.pack, struct.unpack
local sub, find, byte, char, concat = string.sub, string.find, string.byte, string.char, table.concat
local floor, max, min = math.floor, math.max, math.min
local NOTHING = {}

-- What many calls in a row say alike, and what it means.
local common, period_length, given_length, told, instant_told, revision, zones

-- Of the call that is under way. `rows`: of fields, whose values are in the same row of each ring, and of `texts`, what is
-- kept anew; there it is also by the key of a string.
local KEYS, ARGV, now, now6, looking
local fields, rows, last_row, strings, last_string, values
local rings, period, newest, middle, oldest, meta_text, stamp, texts
-- Of marks of messages: how many are asked for, and how many the ring of now has.
local layers, layers_now

-- The row of a field, which is read if it is not yet.
local function row_of(field)
  local row = rows[field]
  if not row then
    row = last_row + 1
    last_row, fields[row], rows[field] = row, field, row
  end
  return row
end

--#include forms
--#include records
--#include marks
--#include windows
--#include clock
--#include presence
--#include days
--#include calendar
--#include counted
--#include facts

-- Of the windows of the event that is being counted.
local counts = {}

--#include receipts

local function begin(keys, arguments)
  KEYS, ARGV = keys, arguments
  if ARGV[2] ~= common then
    local zones_at
    period_length, given_length, told, instant_told, revision, zones_at = unpack_at('>I8I8Bi8I2c0', ARGV[2], 1)
    common, zones = ARGV[2], sub(ARGV[2], zones_at)
  end
  if told == 1 then
    now = instant_told
  else
    local time = call('TIME')
    now = time[1] * 1000 + floor(time[2] / 1000)
  end
  now6 = pack('>I6', now)
  looking, layers = #ARGV > 2 and byte(ARGV[3], 4) > 127, layers_of[KEYS[1]] or 1
  fields, rows, last_row = { '' }, {}, 1
  strings, last_string, values = {}, 0, NOTHING
  texts, stamp, once_now = {}, nil, '\0\1' .. now6
  expires, changed_keys, noted, day_zone, days_read = nil, nil, nil, nil, nil
end

-- An event that has so many keys before it, and the number of its own.
local function event_in(blob, base)
  local packed = unpack_at('>I3c0', blob, 1)
  local form = forms[packed] or new_form(packed)
  local event = { form, base, last_string, blob, unpack_at(form.layout, blob, form.begin) }
  if form.records then
    base = base + ask_for_records(event, form, base)
    event[2], event[3] = base, last_string
  end
  if layers > 1 and form.mark then
    ask_for_layers(event, form)
  end
  for j = form.fields, form.last_field do
    event[j] = row_of(event[j])
  end
  for j = 1, form.strings do
    last_string = last_string + 1
    strings[last_string] = KEYS[base + j]
  end
  return event, base + form.keys
end

-- What the rings were last seen to say of themselves: their periods, and how many layers of marks they have. It changes
-- with each period, and hardly else.
local metas, begun, layered = {}, {}, {}

-- That of a period, and how many layers it has; it may hold another one.
local function ring_of(number)
  local place = number % 3 + 1
  if begun[place] ~= number then
    return NOTHING, 1
  end
  return rings[place], layered[place]
end

-- Lua hands over no more than 8,000 values at a time.
local MOST_VALUES = 7000

-- What stands in the fields of a ring, in their order.
local function stored_in(ring)
  if last_row <= MOST_VALUES then
    return call('HMGET', ring, unpack(fields))
  end
  local found = {}
  for first = 1, last_row, MOST_VALUES do
    local part = call('HMGET', ring, unpack(fields, first, min(first + MOST_VALUES - 1, last_row)))
    for i = 1, #part do
      found[first + i - 1] = part[i]
    end
  end
  return found
end

-- Reads all that the events name, in one call a ring and one for all strings. False where a ring has more layers of marks
-- than were asked for.
local function read()
  rings, period = {}, floor(now / period_length)
  local latest = period + 2
  for i = 1, 3 do
    local ring = stored_in(KEYS[i])
    local meta = ring[1]
    if metas[i] ~= meta then
      begun[i] = meta and tonumber(sub(meta, 1, find(meta, '\n', 1, true) - 1))
      metas[i], layered[i] = meta, meta and layers_in(meta)
    end
    rings[i] = ring
  end
  for i = 1, 3 do
    if begun[i] and begun[i] > period and begun[i] <= latest then
      period = begun[i]
    end
  end
  local layers_before, layers_long_before
  newest, layers_now = ring_of(period)
  middle, layers_before = ring_of(period - 1)
  oldest, layers_long_before = ring_of(period - 2)
  meta_text = newest[1] or period .. '\n'
  if not enough_layers(max(layers_now, layers_before, layers_long_before)) then
    return false
  end
  if last_string > 0 then
    values = call('MGET', unpack(strings))
  end
  return true
end

-- Fills `counts`; whether each of them fits into a byte.
local function count(event, form, edit)
  local counting, small = looking and -1 or edit and 2 or 1, form.windows < 100
  for i = 1, form.windows do
    local window = form[i]
    local place = window.field and event[window.field] or window.string and string_at(event[3] + window.string)
    local counts_it = window.bump == counting or window.bump == 3 and not looking
    if window.text then
      window.spec = event[window.text]
    end
    local found = window.kind and bump_counted(place, window, event, counts_it) or bump(place, window, counts_it)
    small = small and found < 256
    counts[i] = found
  end
  return small
end

-- Of the revisions of a ring, with the one that asks now, and its place among them.
local stamped, stamped_for, stamped_meta, stamped_index
local function receipt_stamp()
  if stamped ~= meta_text or stamped_for ~= revision then
    local line = '\n' .. revision .. '\n'
    stamped, stamped_for, stamped_meta = meta_text, revision, meta_text
    if not find(meta_text, line, 1, true) then
      stamped_meta = meta_text .. revision .. '\n'
    end
    local place = find(stamped_meta, line, 1, true)
    local _, index = string.gsub(sub(stamped_meta, 1, place), '\n', '')
    stamped_index = min(index, 255)
  end
  meta_text = stamped_meta
  return pack('>Bi4', stamped_index, now - period * period_length)
end

local function first_sight(event, form)
  local edit = form.mark and seen_before(event, form) or form.edit
  if form.figure and not edit and not looking then
    note_figure(event, form)
  end
  local small = count(event, form, edit)
  local facts = form.facts and facts_of(event, form, edit)
  stamp = stamp or receipt_stamp()
  local head, receipt = event[5] .. stamp, nil
  if facts or event.records or not small or form.ladders > 15 or edit and form.mark then
    receipt = long_receipt(head, event, form, edit, small, facts)
  else
    receipt = head .. char((edit and 1 or 0) + 16 * form.ladders, unpack(counts, 1, form.windows))
  end
  texts[event[form.fields]] = receipt
  return receipt
end

local function answer_to(event)
  local form = event[1]
  local row = event[form.fields]
  local receipt, age = texts[row] or newest[row], 1
  if not receipt then
    receipt, age = middle[row], 2
  end
  if not receipt then
    receipt, age = oldest[row], 3
  end
  if receipt and not looking then
    return repeated(event, row, receipt, age)
  end
  return first_sight(event, form)
end

local function write()
  local sets, set = {}, 0
  for row = 2, last_row do
    local text = texts[row]
    if text then
      sets[set + 1], sets[set + 2] = fields[row], text
      set = set + 2
    end
  end
  if set > 0 then
    local ring, fresh = KEYS[period % 3 + 1], not newest[1]
    if fresh then
      call('UNLINK', ring)
    end
    if meta_text ~= newest[1] then
      sets[set + 1], sets[set + 2] = '', meta_text
    end
    for first = 1, #sets, MOST_VALUES do
      call('HSET', ring, unpack(sets, first, min(first + MOST_VALUES - 1, #sets)))
    end
    if fresh then
      call('PEXPIRE', ring, 4 * period_length)
    end
  end
  write_figures()
  local shortest_life = told == 1 and 3600000 or 1
  for key in pairs(changed_keys or NOTHING) do
    call('SET', key, pack('>I6', expires[key]) .. texts[key], 'PX', max(shortest_life, expires[key] - now))
  end
end

-- The events, or nothing where the keys are not theirs.
local function events_in(keys, arguments)
  begin(keys, arguments)
  local events, base = {}, 6
  for i = 3, #ARGV do
    events[i - 2], base = event_in(ARGV[i], base)
  end
  return base == #KEYS and events
end

return function(keys, arguments)
  local events = events_in(keys, arguments)
  if events and not read() then
    events = events_in(keys, arguments)
    read()
  end
  if not events then
    return redis.error_reply('POLICYD keys do not fit the events')
  end
  local replies = { ARGV[1], pack('>I8', now) }
  for i = 1, #events do
    replies[i + 2] = answer_to(events[i])
  end
  if not looking then
    write()
  end
  return replies
end
