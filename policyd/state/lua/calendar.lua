--[[ Part of observe.lua: periods of the calendar.
]]
local DAILY, WEEKLY = 1, 2 -- 3: monthly

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
  return month_of(shown.day)
end
