--[[ Part of observe.lua: windows that count otherwise than events in a span. They are kept among the long ones, with
entries of 6 bytes in the place of instants, of which the last is an instant too:
  distinct, sum      pairs of a value or an amount and its instant, the oldest first
  per (calendar)     3 number of the period before, 3 its count; 3 running period, 3 its count; the values seen in it, if
                     they are counted; instant
]]
local DISTINCT, SUM, ACTIVE_NOW = 1, 2, 4
local NO_AMOUNT = '\0\0\0\0\0\0'
local MOST_AMOUNTS = 1000 -- retention.py

local function put(place, text, at, after, window, number, entries)
  local slot = window.spec .. pack('>I2', number) .. entries
  if at then
    keep(place, sub(text, 1, at - 1) .. slot .. sub(text, after), window.span)
  else
    keep(place, without_dead(text) .. slot, window.span)
  end
end

-- Sliding: values, amounts.

local function pairs_moved(text, first, after, ahead)
  local moved = {}
  for i = first, after - 12, 12 do
    moved[#moved + 1] = sub(text, i, i + 5) .. pack('>I6', max(0, unpack_at('>I6', text, i + 6) - ahead))
  end
  return sub(text, 1, first - 1) .. concat(moved) .. sub(text, after)
end

local function live_from(text, first, after, limit)
  while first < after and unpack_at('>I6', text, first + 6) <= limit do
    first = first + 12
  end
  return first
end

local function sum_of(text, first, after)
  local total = 0
  for i = first, after - 12, 12 do
    total = total + unpack_at('>I6', text, i)
  end
  return total
end

local function with_value(live, value)
  local at = find(live, value, 1, true)
  while at and at % 12 ~= 1 do
    at = find(live, value, at + 1, true)
  end
  if at then
    live = sub(live, 1, at - 1) .. sub(live, at + 12)
  end
  return live .. value .. now6
end

-- Of each small part of the span one, as if all had come when the last of them did.
local function fewer(live, window)
  local width = math.ceil(window.span / (MOST_AMOUNTS / 2))
  local parts, number, sum, instant = {}, 0, 0, nil
  for i = 1, #live, 12 do
    local amount, at = unpack_at('>I6I6', live, i)
    if instant and floor(at / width) > floor(instant / width) then
      number, sum = number + 1, 0
    end
    instant, sum = at, min(window.cap, sum + amount)
    parts[number + 1] = pack('>I6I6', sum, instant)
  end
  return concat(parts)
end

local function with_amount(live, amount, window)
  amount = unpack_at('>I6', amount, 1)
  if sub(live, -6) == now6 then
    amount = amount + unpack_at('>I6', live, #live - 11)
    live = sub(live, 1, -13)
  end
  live = live .. pack('>I6', min(window.cap, amount)) .. now6
  if #live > 12 * MOST_AMOUNTS then
    live = fewer(live, window)
  end
  local total = 0
  for i = #live - 11, 1, -12 do
    total = total + unpack_at('>I6', live, i)
    if total >= window.cap then
      return sub(live, i), window.cap
    end
  end
  return live, total
end

local function bump_pairs(place, window, kind, amount)
  local text, cap = text_at(place), window.cap
  local at, number = window_in(text, window.spec)
  local first = at and at + 14
  local after = at and first + number * 6
  local limit = now - window.span
  if at then
    local ahead = unpack_at('>I6', text, after - 6) - now
    if ahead > 0 and looking then
      limit = limit + ahead
    elseif ahead > 0 then
      text = pairs_moved(text, first, after, ahead)
      keep(place, text, window.span)
    end
    first = live_from(text, first, after, limit)
  end
  if not amount then
    return at and min(cap, kind.form == SUM and sum_of(text, first, after) or (after - first) / 12) or 0
  end
  local live, count = at and sub(text, first, after - 1) or '', nil
  if kind.form == SUM then
    live, count = with_amount(live, amount, window)
  else
    live = sub(with_value(live, amount), -12 * cap)
    count = #live / 12
  end
  put(place, text, at, after, window, #live / 6, live)
  return count
end

-- Periods of the calendar.

local function bump_running(place, window, kind, amount)
  local text, cap = text_at(place), window.cap
  local period = period_of(kind.zone, kind.per)
  local at, number = window_in(text, window.spec)
  local before, count_before, running, count = period - 1, 0, period, 0
  local values, instant, after = '', now, nil
  if at then
    after = at + 14 + number * 6
    before, count_before, running, count = unpack_at('>I3I3I3I3', text, at + 14)
    if amount then
      instant = max(now, (unpack_at('>I6', text, after - 6)))
      values = sub(text, at + 26, after - 7)
    end
  end
  if amount then
    if period > running then
      before, count_before, running, count, values = running, count, period, 0, ''
    end
    if kind.form ~= DISTINCT then
      count = min(cap, count + (kind.form == SUM and unpack_at('>I6', amount, 1) or 1))
    elseif count < cap and not holds(values, amount) then
      values, count = values .. amount, count + 1
    end
    put(place, text, at, after, window, 3 + #values / 6,
      pack('>I3I3I3I3', before, count_before, running, count) .. values .. pack('>I6', instant))
  end
  local asked = max(period, running) - kind.last
  return min(cap, asked == running and count or asked == before and count_before or 0)
end

-- What is noted of a day until now.

local days_read
local function figures_now(key, zone, active)
  local day = clock_of(zone).day
  days_read = days_read or {}
  local read = days_read[key .. day]
  if not read then
    read = { fields = { day .. ':a' } }
    for hour = 0, 23 do
      read.fields[hour + 2] = string.format('%d:m%02d', day, hour)
    end
    read.stored = call('HMGET', key, unpack(read.fields))
    days_read[key .. day] = read
  end
  local fields, found = noted and noted[key] or NOTHING, 0
  for i = active and 1 or 2, active and 1 or 25 do
    found = found + (tonumber(read.stored[i] or 0)) + (fields[read.fields[i]] or 0)
  end
  return found
end

local function bump_counted(place, window, event, counts)
  local kind, form = window.kind, event[1]
  if kind.form > SUM then
    return min(window.cap, figures_now(KEYS[event[2] + form.keys], form.zone or kind.zone, kind.form == ACTIVE_NOW))
  end
  local amount = counts and '' or false
  if amount and kind.amount then
    local at = event[form.rest] + 6 * kind.amount
    amount = sub(event[4], at, at + 5)
    amount = amount ~= NO_AMOUNT and amount
  end
  if kind.per > 0 then
    return bump_running(place, window, kind, amount)
  end
  return bump_pairs(place, window, kind, amount)
end
