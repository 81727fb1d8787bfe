--[[ Part of observe.lua: counts of events in sliding windows.

A text holds windows one after another: 6 id, 6 span, 2 number, instants of 6 bytes, the oldest first. It is found at its
place: the row of its field, or its key. Those of keys are without the 6 bytes in front that say until when they matter,
which are in `expires`.
]]
local once_now, expires, changed_keys

-- The key of a string that was read.
local function string_at(place)
  local key, value = strings[place], values[place]
  if not texts[key] then
    expires = expires or {}
    texts[key] = value and sub(value, 7) or ''
    expires[key] = value and unpack_at('>I6', value, 1) or 0
  end
  return key
end

local function text_at(place)
  return texts[place] or newest[place] or middle[place] or oldest[place] or ''
end

local function keep(place, text, span)
  texts[place] = text
  if expires and expires[place] then
    expires[place] = max(expires[place], now + span)
    changed_keys = changed_keys or {}
    changed_keys[place] = true
  end
end

local function window_in(text, spec)
  local at, size = 1, #text
  while at < size do
    local slot, number = unpack_at('>c12I2', text, at)
    if slot == spec then
      return at, number
    end
    at = at + 14 + number * 6
  end
end

local function without_dead(text)
  local live, at = {}, 1
  while at < #text do
    local span, number = unpack_at('>I6I2', text, at + 6)
    local after = at + 14 + number * 6
    if unpack_at('>I6', text, after - 6) > now - span then
      live[#live + 1] = sub(text, at, after - 1)
    end
    at = after
  end
  return concat(live)
end

local function dead_among(text, first, number, limit)
  local low, high = 0, number
  while low < high do
    local half = floor((low + high) / 2)
    if unpack_at('>I6', text, first + half * 6) > limit then
      high = half
    else
      low = half + 1
    end
  end
  return low
end

-- Of a window that is of a later time than now: the clock went back.
local function shifted(text, first, number, ahead)
  local moved = {}
  for i = 1, number do
    moved[i] = pack('>I6', max(0, unpack_at('>I6', text, first + (i - 1) * 6) - ahead))
  end
  return sub(text, 1, first - 1) .. concat(moved) .. sub(text, first + number * 6)
end

local function bump(place, window, counts)
  local text, spec, cap, since = text_at(place), window.spec, window.cap, now - window.span
  local at, number = window_in(text, spec)
  if not at then
    if counts then
      keep(place, (text == '' and '' or without_dead(text)) .. spec .. once_now, window.span)
    end
    return counts and 1 or 0
  end
  local first = at + 14
  local after = first + number * 6
  local last = unpack_at('>I6', text, after - 6)
  if last > now then
    text = shifted(text, first, number, last - now)
    keep(place, text, window.span)
  end
  local dead = 0
  if last <= since then
    dead = number
  elseif unpack_at('>I6', text, first) <= since then
    dead = dead_among(text, first, number, since)
  end
  local count = number - dead
  if not counts then
    return min(cap, count)
  end
  local slot
  if count == 0 then
    count, slot = 1, spec .. once_now
  else
    count = min(cap, count + 1)
    slot = spec .. char(floor(count / 256), count % 256) .. sub(text, after - (count - 1) * 6, after - 1) .. now6
  end
  if at > 1 then
    slot = sub(text, 1, at - 1) .. slot
  end
  if after <= #text then
    slot = slot .. sub(text, after)
  end
  keep(place, slot, window.span)
  return count
end
