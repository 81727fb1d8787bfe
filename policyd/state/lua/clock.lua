--[[ Part of observe.lua and figures.lua: what the clocks of zones show. It needs `now`, and `zones`: for each zone that may be
named (from 1) 4 its local time minus UTC in ms (signed), 6 instant from which on, 4 it is this instead, 6 and 4 likewise.
They hold for some days around `now`.
]]
local clocks = {}
local function clock_of(zone)
  local shown = clocks[zone]
  if not shown then
    local first, change, second, again, third = unpack_at('>i4I6i4I6i4', zones, (zone - 1) * 24 + 1)
    local at = now + (now < change and first or now < again and second or third)
    shown = { day = floor(at / 86400000), hour = floor(at / 3600000) % 24 }
    clocks[zone] = shown
  end
  return shown
end
