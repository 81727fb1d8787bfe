--[[ Part of observe.lua and figures.lua: days and periods of the calendar. It needs `now`, and `zones`: for each zone that
may be named (from 1) 4 its local time minus UTC in ms (signed), 6 instant from which on, 4 it is this instead, 6 and 4
likewise. They hold for some days around `now`.
]]
local DAY_MS = 86400000
local DAILY, WEEKLY = 1, 2 -- 3: monthly

local clocks = {}
local function clock_of(zone)
  local shown = clocks[zone]
  if not shown then
    local first, change, second, again, third = unpack_at('>i4I6i4I6i4', zones, (zone - 1) * 24 + 1)
    local at = now + (now < change and first or now < again and second or third)
    shown = { day = floor(at / DAY_MS), hour = floor(at / 3600000) % 24 }
    clocks[zone] = shown
  end
  return shown
end

-- 12 * year + month - 1 of a day; after Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
local function month_of(day)
  local since = day + 719468
  local era = floor(since / 146097)
  local of_era = since - era * 146097
  local year = floor((of_era - floor(of_era / 1460) + floor(of_era / 36524) - floor(of_era / 146096)) / 365)
  local of_year = of_era - (365 * year + floor(year / 4) - floor(year / 100))
  local from_march = floor((5 * of_year + 2) / 153)
  return (year + era * 400) * 12 + from_march + 2
end

local function period_of(zone, per)
  local shown = clock_of(zone)
  if per == DAILY then
    return shown.day
  end
  if per == WEEKLY then
    return floor((shown.day + 3) / 7)
  end
  shown.month = shown.month or month_of(shown.day)
  return shown.month
end
