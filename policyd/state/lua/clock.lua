--[[ Part of observe.lua and figures.lua: what the clocks of zones show. It needs `now`, and `zones`: for each zone that may be
named (from 1) 4 its local time minus UTC in ms (signed), 6 instant from which on, 4 it is this instead, 6 and 4 likewise.
They hold for some days around `now`.
]]
local HOUR = 3600000

-- By what `zones` says of a zone; each is right for an hour at most.
local clocks = {}

local function clock_of(zone)
  local said = sub(zones, zone * 24 - 23, zone * 24)
  local shown = clocks[said]
  if shown and shown.from <= now and now < shown.to then
    return shown
  end
  local first, change, second, again, third = unpack_at('>i4I6i4I6i4', said, 1)
  local from, to, ahead = 0, change, first
  if now >= again then
    from, to, ahead = again, math.huge, third
  elseif now >= change then
    from, to, ahead = change, again, second
  end
  local hour = floor((now + ahead) / HOUR)
  shown = {
    from = max(from, hour * HOUR - ahead), to = min(to, hour * HOUR - ahead + HOUR),
    day = floor(hour / 24), hour = hour % 24,
  }
  clocks[said] = shown
  return shown
end
