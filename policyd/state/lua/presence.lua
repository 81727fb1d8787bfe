--[[ Part of observe.lua: what events are to the figures of their groups (`policyd/model/figures.py`).

A member's presence is kept as a window, the first among its long ones: 3 the local day on which it last wrote, 3 that on
which it joined, each + 1 and 0 where it is not known; instant of the last change. What is counted is added up over the
call, by key and field.
]]
local WROTE, JOINED, LEFT, ASKED = 1, 2, 3, 4
local PRESENCE_KEPT, FIGURES_KEPT = 40 * 86400000, 766 * 86400000
local PRESENCE = '\0\0\0\0\0\1' .. pack('>I6', PRESENCE_KEPT)
local PRESENCE_SLOT = PRESENCE .. '\0\2'
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

local names = {}
local function note(key, day, name, number)
  local of_day = names[day]
  if not of_day then
    of_day = {}
    names[day] = of_day
  end
  local field = of_day[name]
  if not field then
    field = day .. ':' .. name
    of_day[name] = field
  end
  note_field(key, field, number)
end

local function bracket_of(age)
  return age >= 1 and (age <= 1 and 1 or age <= 3 and 3 or age <= 7 and 7 or age <= 30 and 30) or false
end

local function presence_of(name)
  local text = texts[name]
  local at = window_in(text, PRESENCE)
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
  local at = window_in(text, PRESENCE)
  if at then
    text = sub(text, 1, at - 1) .. sub(text, at + 26)
  end
  keep(name, PRESENCE_SLOT .. pack('>I3I3', wrote, joined) .. now6 .. without_dead(text), PRESENCE_KEPT)
end

local function wrote_on(key, name, day)
  local wrote, joined = presence_of(name)
  local last, since = wrote - 1, joined - 1
  if wrote > 0 and last >= day then
    return
  end
  note(key, day, 'a', 1)
  for rolling, days in pairs(ROLLING) do
    note(key, wrote > 0 and math.max(day, last + days) or day, rolling, 1)
    note(key, day + days, rolling, -1)
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

-- What the clock of a zone shows; `messages`: the field of this hour; `wrote`: what the long windows of nearly every member
-- begin with who wrote on this day already.
local function clock_with_fields(zone)
  local shown = clock_of(zone)
  if not shown.messages then
    shown.messages = string.format('%d:m%02d', shown.day, shown.hour)
    shown.wrote = PRESENCE_SLOT .. pack('>I3', shown.day + 1)
  end
  return shown
end

local function note_figure(event, form)
  local figure, key, place = form.figure, KEYS[event[2] + form.keys], event[3] + form.long
  local shown = clock_with_fields(form.zone)
  local day = shown.day
  if figure == WROTE then
    note_field(key, shown.messages, 1)
    if form.somebody then
      local value = values[place]
      if not value or sub(value, 7, 23) ~= shown.wrote then
        wrote_on(key, string_at(place), day)
      end
    end
  elseif figure == JOINED then
    note(key, day, 'j', 1)
    if form.somebody then
      local name = string_at(place)
      local wrote = presence_of(name)
      keep_presence(name, wrote, day + 1)
    end
  elseif figure == LEFT then
    note(key, day, 'l', 1)
    if form.somebody then
      left_on(key, string_at(place), day)
    end
  elseif figure == ASKED then
    note(key, day, 'q', 1)
  end
end

-- What is noted of a day until now.

local days_read = {}
local function figures_now(key, zone, active)
  local day = clock_of(zone).day
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
    local new = false
    for field, number in pairs(fields) do
      if number ~= 0 and call('HINCRBY', key, field, number) == number then
        new = true
      end
    end
    if new then
      call('PEXPIRE', key, FIGURES_KEPT)
    end
  end
end
