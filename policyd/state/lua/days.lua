--[[ Part of observe.lua: what members do for the first time on a local day; joins, leaves and requests.
]]
local WROTE, JOINED, LEFT = 1, 2, 3 -- 4: asked to join
local PRESENCE_KEPT = 40 * 86400000
local PRESENCE_SPEC = sub(PRESENCE, 1, 12)
local ROLLING = { x7 = 7, x30 = 30 }

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
  local at = window_in(text, PRESENCE_SPEC)
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
  local at = window_in(text, PRESENCE_SPEC)
  if at then
    text = sub(text, 1, at - 1) .. sub(text, at + 26)
  end
  keep(name, PRESENCE .. pack('>I3I3', wrote, joined) .. now6 .. without_dead(text), PRESENCE_KEPT)
end

local function wrote_on(key, name, day)
  local wrote, joined = presence_of(name)
  local last, since = wrote - 1, joined - 1
  if wrote > 0 and last >= day then
    return
  end
  note(key, day, 'a', 1)
  for rolling, days in pairs(ROLLING) do
    note(key, wrote > 0 and max(day, last + days) or day, rolling, 1)
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

-- What the member is to the day, and what the event is, but for the message itself.
local function note_day(key, place, day, form)
  local figure, name = form.figure, form.somebody and string_at(place)
  if figure == WROTE then
    wrote_on(key, name, day)
  elseif figure == JOINED then
    note(key, day, 'j', 1)
    if name then
      local wrote = presence_of(name)
      keep_presence(name, wrote, day + 1)
    end
  elseif figure == LEFT then
    note(key, day, 'l', 1)
    if name then
      left_on(key, name, day)
    end
  else
    note(key, day, 'q', 1)
  end
end

local function note_figure(event, form)
  local key, place, shown = KEYS[event[2] + form.keys], event[3] + form.long, day_in(form.zone)
  if form.figure > 1 then
    note_day(key, place, shown.day, form)
    return
  end
  note_field(key, shown.messages, 1)
  local value = form.somebody and values[place]
  if form.somebody and not (value and sub(value, 7, 23) == shown.written) then
    note_day(key, place, shown.day, form)
  end
end
