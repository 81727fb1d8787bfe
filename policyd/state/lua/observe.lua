--[[ Claims, counts and reads a batch of events of one cell.

KEYS 1-3  ring of receipts: hashes, one per period of half a day (period number modulo 3)
     4-6  ring of what was given, likewise per period of 15 days
     7-   the strings that the events name, each event its own, in order
ARGV 1    nonce, echoed
     2, 3 length of a period of receipts, of given, in ms
     4    the instant, ms since the epoch, in tests (keys then live for an hour at least); empty: TIME of this server
     5    revision of the policies that ask
     6-   one packed event each (big-endian):
            12 digest of the event id, 4 digest of its content, 1 flags, 2 number of keys,
            12 digest of the message id (if MESSAGE), 2 windows, 2 ladders, then
            windows: 6 id, 6 span in ms, 2 cap, 1 bump (0 never, 1 new, 2 edit, 3 always), 2 key of this event (from 1)
            ladders: 8 id, 6 forget in ms (0: never)
          The last key of the event is the member's standing if STANDING, the one before it the member's windows if
          SILENCE or SPOKE.

Reply     nonce, then for each event
            first sight: 8 instant, then the receipt
            repeated:    { that, revision that asked then, what its commit answered or nil }
            another content under this id: 0
Receipt   4 digest of the content, 1 index of the revision, 4 ms since the period began, 1 flags + 16 * ladders;
          if FACTS: 2 counts, 2 ladders; counts of 1 byte or (WIDE) 2 bytes; if FACTS: 6 muted until, 6 last seen,
          4 strikes for each ladder; if GIVEN: names of rules, one a line. Facts that are all 0 are left out.
Ring      field '' holds the period's number and the revisions seen in it, one a line, each line ended.
          A digest holds a receipt (event) or nothing (message); a digest and 'c' what the event's commit answered.
Strings   6 until when it matters, then windows: 6 id, 6 span, 2 number, instants of 6 bytes, the oldest first.
          Standing: see commit.lua.
]]
local MESSAGE, EDIT, STANDING, SILENCE, SPOKE, MUTE = 1, 2, 4, 8, 16, 32
local R_EDIT, R_WIDE, R_FACTS, R_GIVEN = 1, 2, 4, 8
local LAST_SEEN = '\0\0\0\0\0\0'
local NO_FACTS = LAST_SEEN .. LAST_SEEN
local SILENCE_KEPT = 400 * 86400000
local call, pack, unpack_at = redis.call, struct.pack, struct.unpack
local sub, find, floor = string.sub, string.find, math.floor

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
local period = floor(now / period_length)
local current = period % 3 + 1
local revision = ARGV[5]

-- Everything that is read, in one call a key; nothing is written before all of it is known to be sound.

local function parse_event(blob, base)
  local event = { blob = blob, base = base, key = sub(blob, 1, 12), body = sub(blob, 13, 16) }
  event.flags, event.keys = unpack_at('>BI2', blob, 17)
  local at = 20
  if has(event.flags, MESSAGE) then
    event.message = sub(blob, 20, 31)
    at = 32
  end
  event.windows, event.ladders, event.at = unpack_at('>I2I2', blob, at)
  return event
end

local events, fields = {}, { '' }
local base = 6
for i = 6, #ARGV do
  local event = parse_event(ARGV[i], base)
  base = base + event.keys
  events[#events + 1] = event
  fields[#fields + 1] = event.key
  event.row = #fields
  if event.message then
    fields[#fields + 1] = event.message
    event.message_row = #fields
  end
end
if base ~= #KEYS then
  return redis.error_reply('POLICYD keys do not fit the events')
end

local rows, metas = {}, {}
for i = 1, 3 do
  local row = call('HMGET', KEYS[i], unpack(fields))
  local meta = row[1]
  local begun = meta and tonumber(sub(meta, 1, find(meta, '\n', 1, true) - 1))
  if begun and begun >= period - 2 then
    rows[i], metas[i] = row, { begun = begun, text = meta }
  else
    rows[i] = {}
  end
end

local strings, dirty = {}, {}
if #KEYS > 6 then
  local names = {}
  for i = 7, #KEYS do
    names[i - 6] = KEYS[i]
  end
  local values = call('MGET', unpack(names))
  for i = 1, #names do
    strings[names[i]] = values[i] or ''
  end
end

-- The ring's current hash: begun anew where it holds an older period.

local meta = metas[current]
local fresh = not meta or meta.begun ~= period
local meta_text = fresh and (period .. '\n') or meta.text
local revision_index
local function index_of_revision()
  if not revision_index then
    if not find(meta_text, '\n' .. revision .. '\n', 1, true) then
      meta_text = meta_text .. revision .. '\n'
    end
    local place = find(meta_text, '\n' .. revision .. '\n', 1, true)
    local _, lines = string.gsub(sub(meta_text, 1, place), '\n', '')
    revision_index = math.min(lines, 255)
  end
  return revision_index
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

local added, sets = {}, {}
local function note(field, value)
  added[field] = value
  sets[#sets + 1] = field
  sets[#sets + 1] = value
end

local function look_up(field, row)
  local value = added[field]
  if value then
    return value, current
  end
  for i = 1, 3 do
    if rows[i][row] and not (fresh and i == current) then
      return rows[i][row], i
    end
  end
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

-- Windows.

local function place_of(text, id)
  local at = 7
  while at < #text do
    local span, number, first = unpack_at('>I6I2', text, at + 6)
    if sub(text, at, at + 5) == id then
      return at, span, number, first
    end
    at = first + number * 6
  end
end

local function without_dead(text)
  local live, at = { sub(text, 1, 6) }, 7
  while at < #text do
    local span, number, first = unpack_at('>I6I2', text, at + 6)
    local after = first + number * 6
    if unpack_at('>I6', text, after - 6) > now - span then
      live[#live + 1] = sub(text, at, after - 1)
    end
    at = after
  end
  return table.concat(live)
end

local function shifted(instants, number, ahead)
  local moved = {}
  for i = 1, number do
    moved[i] = pack('>I6', math.max(0, unpack_at('>I6', instants, i * 6 - 5) - ahead))
  end
  return table.concat(moved)
end

local function first_after(instants, number, limit)
  local low, high = 1, number + 1
  while low < high do
    local middle = floor((low + high) / 2)
    if unpack_at('>I6', instants, middle * 6 - 5) > limit then
      high = middle
    else
      low = middle + 1
    end
  end
  return low
end

local function put(key, text, at, after, slot, span)
  local expires = #text > 0 and unpack_at('>I6', text, 1) or 0
  strings[key] = pack('>I6', math.max(expires, now + span)) .. sub(text, 7, at - 1) .. slot .. sub(text, after)
  dirty[key] = true
end

local function bump(key, id, span, cap, counts)
  local text = strings[key]
  local at, _, number, first = place_of(text, id)
  if not at then
    if not counts then
      return 0
    end
    text = #text > 0 and without_dead(text) or '\0\0\0\0\0\0'
    put(key, text, #text + 1, #text + 1, id .. pack('>I6I2I6', span, 1, now), span)
    return 1
  end
  local after = first + number * 6
  local instants = sub(text, first, after - 1)
  local newest = unpack_at('>I6', instants, number * 6 - 5)
  if newest > now then
    instants = shifted(instants, number, newest - now)
  end
  local live = first_after(instants, number, now - span)
  local count = math.min(cap, number - live + 1 + (counts and 1 or 0))
  if counts then
    instants = sub(instants, (number - count + 1) * 6 + 1) .. pack('>I6', now)
    number = count
  end
  if counts or newest > now then
    put(key, text, at, after, id .. pack('>I6I2', span, number) .. instants, span)
  end
  return count
end

local function last_seen(key, spoke)
  local text = strings[key]
  local at, _, _, first = place_of(text, LAST_SEEN)
  local seen = at and math.min(now, (unpack_at('>I6', text, first))) or 0
  if spoke then
    local slot = LAST_SEEN .. pack('>I6I2I6', SILENCE_KEPT, 1, now)
    if at then
      put(key, text, at, first + 6, slot, SILENCE_KEPT)
    else
      text = #text > 0 and text or '\0\0\0\0\0\0'
      put(key, text, #text + 1, #text + 1, slot, SILENCE_KEPT)
    end
  end
  return seen > now - SILENCE_KEPT and seen or 0
end

-- Standing: records of 1 kind, 8 id, 6 until, 4 length, payload.

local function record(text, kind, id)
  local at = 7
  while at < #text do
    local length, first = unpack_at('>I4', text, at + 15)
    if sub(text, at, at) == kind and sub(text, at + 1, at + 8) == id then
      return sub(text, first, first + length - 1)
    end
    at = first + length
  end
end

local function strikes(text, id, forget)
  local entries = record(text, 'L', id)
  local sum = 0
  for at = 13, entries and #entries or 0, 25 do
    local instant, weight = unpack_at('>I6I4', entries, at)
    if forget == 0 or instant > now - forget then
      sum = sum + weight
    end
  end
  return sum
end

-- One event.

local function facts_of(event, edit)
  local facts = {}
  local standing = has(event.flags, STANDING)
  local spoke = has(event.flags, SPOKE) and not edit
  local windows_key = KEYS[event.base + event.keys - (standing and 1 or 0)]
  local seen = (spoke or has(event.flags, SILENCE)) and last_seen(windows_key, spoke) or 0
  local text = standing and strings[KEYS[event.base + event.keys]] or ''
  local muted = record(text, 'M', '\0\0\0\0\0\0\0\0')
  local until_ = muted and unpack_at('>I6', muted, 1) or 0
  facts[1] = pack('>I6I6', has(event.flags, MUTE) and until_ > now and until_ or 0,
    has(event.flags, SILENCE) and seen or 0)
  local at = event.at + event.windows * 17
  for _ = 1, event.ladders do
    local forget = unpack_at('>I6', event.blob, at + 8)
    facts[#facts + 1] = pack('>I4', strikes(text, sub(event.blob, at, at + 7), forget))
    at = at + 14
  end
  return table.concat(facts)
end

local function first_sight(event)
  local edit = has(event.flags, EDIT)
  if event.message then
    if look_up(event.message, event.message_row) then
      edit = true
    else
      note(event.message, '')
    end
  end
  local flags = edit and R_EDIT or 0
  local counts, wide = {}, false
  local at = event.at
  for i = 1, event.windows do
    local span, cap, when, key = unpack_at('>I6I2BI2', event.blob, at + 6)
    local counting = when == 3 or when == (edit and 2 or 1)
    counts[i] = bump(KEYS[event.base + key], sub(event.blob, at, at + 5), span, cap, counting)
    wide = wide or counts[i] > 255
    at = at + 17
  end
  for i = 1, #counts do
    counts[i] = pack(wide and '>I2' or 'B', counts[i])
  end
  flags = flags + (wide and R_WIDE or 0)
  local facts = event.flags >= STANDING and facts_of(event, edit)
  local rules = edit and event.message and given(event.message) or ''
  local number, tail = '', ''
  if rules ~= '' or event.ladders > 15 or (facts and find(facts, '[^%z]')) then
    flags = flags + R_FACTS + (rules ~= '' and R_GIVEN or 0)
    number = pack('>I2I2', event.windows, event.ladders)
    tail = (facts or NO_FACTS) .. rules
  else
    flags = flags + 16 * event.ladders
  end
  local receipt = event.body .. pack('>BI4B', index_of_revision(), now - period * period_length, flags)
    .. number .. table.concat(counts) .. tail
  note(event.key, receipt)
  return pack('>I8', now) .. receipt
end

local function repeated(event, receipt, place)
  if sub(receipt, 1, 4) ~= event.body then
    return 0
  end
  local begun = place == current and period or metas[place].begun
  local text = place == current and meta_text or metas[place].text
  local index, offset = unpack_at('>BI4', receipt, 5)
  local committed = not added[event.key] and call('HGET', KEYS[place], event.key .. 'c')
  return { pack('>I8', begun * period_length + offset) .. receipt, revision_at(text, index), committed }
end

local replies = { ARGV[1] }
for i = 1, #events do
  local event = events[i]
  local receipt, place = look_up(event.key, event.row)
  replies[i + 1] = receipt and repeated(event, receipt, place) or first_sight(event)
end

if #sets > 0 then
  local ring = KEYS[current]
  if fresh then
    call('UNLINK', ring)
  end
  if fresh or meta_text ~= meta.text then
    sets[#sets + 1] = ''
    sets[#sets + 1] = meta_text
  end
  call('HSET', ring, unpack(sets))
  if fresh then
    call('PEXPIRE', ring, 4 * period_length)
  end
  for key in pairs(dirty) do
    call('SET', key, strings[key], 'PX', math.max(shortest_life, unpack_at('>I6', strings[key], 1) - now))
  end
end
return replies
