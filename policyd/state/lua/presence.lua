--[[ Part of observe.lua: what events are to the figures of their groups (`policyd/model/figures.py`). What is counted is added
up over the call, by key and field.

A member's presence is kept as a window, the first among its long ones: 3 the local day on which it last wrote, 3 that on
which it joined, each + 1 and 0 where it is not known; instant of the last change.
]]
local PRESENCE = '\0\0\0\0\0\1' .. pack('>I6', 40 * 86400000) .. '\0\2'

local noted
local function note_field(key, field, number)
  noted = noted or {}
  local fields = noted[key]
  if not fields then
    fields = {}
    noted[key] = fields
  end
  fields[field] = (fields[field] or 0) + number
end

-- The local names of figures by day: those of all days that are noted within an hour.
local names = {}

-- What the clock of a zone shows, which is nearly always that of the event before. `messages`: the field of this hour;
-- `written`: what the long windows of nearly every member begin with who has written on this day already.
local day_zone, day_shown
local function day_in(zone)
  if zone == day_zone then
    return day_shown
  end
  local shown = clock_of(zone)
  if not shown.messages then
    shown.messages = string.format('%d:m%02d', shown.day, shown.hour)
    shown.written = PRESENCE .. pack('>I3', shown.day + 1)
    names = {}
  end
  day_zone, day_shown = zone, shown
  return shown
end

local function write_figures()
  local KEPT = 766 * 86400000 -- retention.py
  for key, fields in pairs(noted or NOTHING) do
    local new = false
    for field, number in pairs(fields) do
      if number ~= 0 and call('HINCRBY', key, field, number) == number then
        new = true
      end
    end
    if new then
      call('PEXPIRE', key, KEPT)
    end
  end
end
