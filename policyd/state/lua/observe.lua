--[[ Claims, counts and reads a batch of events of one cell.

KEYS 1-3  ring of hashes, one per period of half a day (period number modulo 3): receipts, and windows of a day or less
     4-6  ring of what was given, likewise per period of 15 days
     7-   the keys that the events name, each event its own, in order
ARGV 1    nonce, echoed
     2, 3 length of a period of receipts, of given, in ms
     4    the instant, ms since the epoch, in tests (keys then live for an hour at least); empty: TIME of this server
     5    revision of the policies that ask
     6    zones, see clock.lua
     7-   one packed event each (big-endian): 3 length of its form, the form (forms.lua)
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
          more fields, which cost more memory than longer values). A name holds windows: 6 id, 6 span,
          2 number, instants of 6 bytes, the oldest first; what is in a newer hash hides what is in an older one. Where
          the clock goes back, the newest hash stays the current one.
Strings   Windows of more than a day and those of counted.lua, and presence (presence.lua), behind 6 until when they
          matter. Standing: see standing.lua. Records: see file.lua.
Figures   hash of numbers, by local day and name (`20516:m05`); see figures.lua.
]]
local KEYS, ARGV = KEYS, ARGV
local call, pack, unpack_at = redis.call, struct.pack, struct.unpack
local sub, find, byte, char, floor = string.sub, string.find, string.byte, string.char, math.floor
local NOTHING = {}

local period_length = tonumber(ARGV[2])
local now = tonumber(ARGV[4])
local shortest_life = now and 3600000 or 1
if not now then
  local time = call('TIME')
  now = time[1] * 1000 + floor(time[2] / 1000)
end
local now6 = pack('>I6', now)
local revision, zones = ARGV[5], ARGV[6]

-- The events, and everything that they read, in one call a ring and one for all strings. Nothing is written before all of
-- it is known to be sound. `rows`: of fields, whose values are in the same row of each ring.

--#include forms

local fields, rows, last_row = { '' }, {}, 1
local strings, last_string = {}, 0
local values = NOTHING

--#include records

local looking = #ARGV > 6 and byte(ARGV[7], 4) > 127
local events, base = {}, 6
for i = 7, #ARGV do
  local blob = ARGV[i]
  local packed = unpack_at('>I3c0', blob, 1)
  local form = forms[packed] or new_form(packed)
  local event = { form, base, last_string, blob, unpack_at(form.layout, blob, form.begin) }
  if form.records then
    base = base + ask_for_records(event, form, base)
    event[2], event[3] = base, last_string
  end
  for j = form.fields, form.last_field do
    local field = event[j]
    local row = rows[field]
    if not row then
      row = last_row + 1
      last_row, fields[row], rows[field] = row, field, row
    end
    event[j] = row
  end
  for j = 1, form.strings do
    last_string = last_string + 1
    strings[last_string] = KEYS[base + j]
  end
  base = base + form.keys
  events[i - 6] = event
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
local valid = {}
for age = 1, 3 do
  valid[age] = begun[places[age]] == period - age + 1 and rings[places[age]] or {}
end
local newest, middle, oldest = valid[1], valid[2], valid[3]
local fresh = not newest[1]
local ring = KEYS[places[1]]

if last_string > 0 then
  values = call('MGET', unpack(strings))
end

-- The rest is one function: Lua looks for a local that a new function captures among all that are captured, but finds at
-- once what the function around it has. Making a function costs more than calling it, so those that few calls need are
-- made with the first event that needs them.

local function observed()

local meta_text = fresh and (period .. '\n') or metas[places[1]]
local rarely

-- What is kept anew, by its place: the row of a field, which is then set, or the key of a string.
local texts = {}

local function holds(marks, mark)
  local at = marks and find(marks, mark, 1, true)
  while at and at % 6 ~= 1 do
    at = find(marks, mark, at + 1, true)
  end
  return at
end

-- Whether the message is known. Else it is from now on.
local function seen_before(row, mark)
  local marks = texts[row] or newest[row] or ''
  if holds(marks, mark) or holds(middle[row], mark) or holds(oldest[row], mark) then
    return true
  end
  if not looking then
    texts[row] = marks .. mark
  end
  return false
end

--#include windows
--#include clock
--#include presence

-- Of the windows of the event that is being counted.
local counts = {}

local rare = {}
function rarely(part)
  if rare[part] then
    return rare[part]
  end
  if part == 'counted' then
--#include calendar
--#include counted
    rare.counted = bump_counted
  elseif part == 'facts' then
--#include facts
    rare.facts = facts_of
  elseif part == 'days' then
--#include days
    rare.days = note_day
  else
--#include receipts
    rare.shifted, rare.repeated, rare.long_receipt = shifted, repeated, long_receipt
  end
  return rare[part]
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
    local found = window.kind and rarely('counted')(place, window, event, counts_it) or bump(place, window, counts_it)
    small = small and found < 256
    counts[i] = found
  end
  return small
end

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

local function first_sight(event, form, edit)
  if form.figure and not edit and not looking then
    note_figure(event, form)
  end
  local small = count(event, form, edit)
  local facts = form.facts and rarely('facts')(event, form, edit)
  local head, receipt = event[5] .. (stamp or receipt_stamp()), nil
  if facts or event.records or not small or form.ladders > 15 or edit and form.mark then
    receipt = rarely('long_receipt')(head, event, form, edit, small, facts)
  else
    receipt = head .. char((edit and 1 or 0) + 16 * form.ladders, unpack(counts, 1, form.windows))
  end
  texts[event[form.fields]] = receipt
  return receipt
end

local replies = { ARGV[1], pack('>I8', now) }
for i = 1, #events do
  local event = events[i]
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
    replies[i + 2] = rarely('repeated')(event, row, receipt, age)
  else
    local edit = form.mark and seen_before(event[form.fields + 1], event[form.mark]) or form.edit
    replies[i + 2] = first_sight(event, form, edit)
  end
end
if looking then
  return replies
end

local sets, set = {}, 0
for row = 2, last_row do
  local text = texts[row]
  if text then
    sets[set + 1], sets[set + 2] = fields[row], text
    set = set + 2
  end
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
write_figures()
for key in pairs(changed_keys) do
  call('SET', key, pack('>I6', expires[key]) .. texts[key], 'PX', math.max(shortest_life, expires[key] - now))
end
return replies

end
return observed()
