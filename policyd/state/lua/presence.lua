--[[ Part of observe.lua: what events are to the figures of their groups (`policyd/model/figures.py`).

A member's presence is kept as a window, the first among its long ones: 3 the local day on which it last wrote, 3 that on
which it joined, each + 1 and 0 where it is not known; instant of the last change. What is counted is added up over the
call, by key and field.
]]
local WROTE, JOINED, LEFT, ASKED = 1, 2, 3, 4
local PRESENCE_KEPT, FIGURES_KEPT = 40 * 86400000, 766 * 86400000
local PRESENCE = '\0\0\0\0\0\1' .. pack('>I6', PRESENCE_KEPT)
local ROLLING = { x7 = 7, x30 = 30 }

local noted = {}
local function note_field(key, field, number)
  local fields = noted[key]
  if not fields then
    fields = {}
    noted[key] = fields
  end
  fields[field] = (fields[field] or 0) + number
end

local fields_of = {}
local function note(key, day, name, number)
  local fields = fields_of[day]
  if not fields then
    fields = {}
    fields_of[day] = fields
  end
  local field = fields[name]
  if not field then
    field = day .. ':' .. name
    fields[name] = field
  end
  note_field(key, field, number)
end

local function bracket_of(age)
  return age >= 1 and (age <= 1 and 1 or age <= 3 and 3 or age <= 7 and 7 or age <= 30 and 30) or false
end

local function presence_of(name)
  local text = texts[name]
  local at = place_of(text, PRESENCE)
  if at then
    local wrote, joined, changed = unpack_at('>I3I3I6', text, at + 14)
    if changed > now - PRESENCE_KEPT then
      return wrote, joined
    end
  end
  return 0, 0
end

local function keep_presence(name, wrote, joined)
  local text = texts[name]
  local at = place_of(text, PRESENCE)
  if at then
    text = sub(text, 1, at - 1) .. sub(text, at + 26)
  end
  keep(name, PRESENCE .. '\0\2' .. pack('>I3I3', wrote, joined) .. now6 .. without_dead(text), PRESENCE_KEPT)
end

local function wrote_on(key, name, day)
  local wrote, joined = presence_of(name)
  local last, since = wrote - 1, joined - 1
  if wrote > 0 and last >= day then
    return
  end
  note(key, day, 'a', 1)
  for name, days in pairs(ROLLING) do
    note(key, wrote > 0 and math.max(day, last + days) or day, name, 1)
    note(key, day + days, name, -1)
  end
  local within = joined > 0 and since <= day and bracket_of(day - since)
  if within and (wrote == 0 or last < since or bracket_of(last - since) ~= within) then
    note(key, since, 'r' .. within, 1)
  end
  keep_presence(name, day + 1, joined)
end

local function left_on(key, name, day)
  local wrote, joined = presence_of(name)
  local since = joined - 1
  if joined == 0 then
    return
  end
  if since <= day and day - since <= 30 then
    note(key, since, 'g' .. (bracket_of(day - since) or 1), 1)
  end
  keep_presence(name, wrote, 0)
end

local function note_presence(event)
  local figure, somebody, flags = event[13], event[14], event[2]
  local last = event[10] + event[9] - (has(flags, STANDING) and 1 or 0)
  local name = somebody and KEYS[last]
  local key = KEYS[somebody and last - 1 or last - (flags % 32 >= SILENCE and 1 or 0)]
  local shown = clock_of(event[15])
  if figure == WROTE then
    shown.messages = shown.messages or string.format('%d:m%02d', shown.day, shown.hour)
    note_field(key, shown.messages, 1)
    if name then
      wrote_on(key, name, shown.day)
    end
  elseif figure == JOINED then
    note(key, shown.day, 'j', 1)
    if name then
      local wrote = presence_of(name)
      keep_presence(name, wrote, shown.day + 1)
    end
  elseif figure == LEFT then
    note(key, shown.day, 'l', 1)
    if name then
      left_on(key, name, shown.day)
    end
  elseif figure == ASKED then
    note(key, shown.day, 'q', 1)
  end
end

-- What is noted of a day until now.

local days_read = {}
local function figures_now(key, zone, event, active)
  local day = clock_of(event[15] or zone).day
  local read = days_read[key .. day]
  if not read then
    read = { fields = { day .. ':a' } }
    for hour = 0, 23 do
      read.fields[hour + 2] = string.format('%d:m%02d', day, hour)
    end
    read.stored = call('HMGET', key, unpack(read.fields))
    days_read[key .. day] = read
  end
  local fields, found = noted[key] or NOTHING, 0
  for i = active and 1 or 2, active and 1 or 25 do
    found = found + (tonumber(read.stored[i] or 0)) + (fields[read.fields[i]] or 0)
  end
  return found
end

local function write_figures()
  for key, fields in pairs(noted) do
    local names, numbers, new = {}, {}, false
    for field, number in pairs(fields) do
      if number ~= 0 then
        names[#names + 1] = field
      end
    end
    local stored = #names > 0 and call('HMGET', key, unpack(names)) or NOTHING
    for i, field in ipairs(names) do
      local before = tonumber(stored[i] or 0)
      new = new or before == 0
      numbers[2 * i - 1], numbers[2 * i] = field, before + fields[field]
    end
    if #names > 0 then
      call('HSET', key, unpack(numbers))
    end
    if new then
      call('PEXPIRE', key, FIGURES_KEPT)
    end
  end
end
