--[[ Part of observe.lua: what events are to the figures of their groups (`policyd/model/figures.py`). What is counted is added
up over the call, by key and field.

A member's presence is kept as a window, the first among its long ones: 3 the local day on which it last wrote, 3 that on
which it joined, each + 1 and 0 where it is not known; instant of the last change.
]]
local PRESENCE = '\0\0\0\0\0\1' .. pack('>I6', 40 * 86400000) .. '\0\2'

local noted = {}
local function note_field(key, field, number)
  local fields = noted[key]
  if not fields then
    fields = {}
    noted[key] = fields
  end
  fields[field] = (fields[field] or 0) + number
end

-- `messages`: the field of this hour; `written`: what the long windows of nearly every member begin with who has written
-- on this day already.
local days = {}
local function day_in(zone)
  local shown = days[zone]
  if not shown then
    local clock = clock_of(zone)
    local day = clock.day
    shown = {
      day = day, messages = string.format('%d:m%02d', day, clock.hour), written = PRESENCE .. pack('>I3', day + 1)
    }
    days[zone] = shown
  end
  return shown
end

local function note_figure(event, form)
  local key, place, shown = KEYS[event[2] + form.keys], event[3] + form.long, day_in(form.zone)
  if form.figure > 1 then
    rarely('days')(key, place, shown.day, form)
    return
  end
  note_field(key, shown.messages, 1)
  local value = form.somebody and values[place]
  if form.somebody and not (value and sub(value, 7, 23) == shown.written) then
    rarely('days')(key, place, shown.day, form)
  end
end

local function write_figures()
  local KEPT = 766 * 86400000 -- retention.py
  for key, fields in pairs(noted) do
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
