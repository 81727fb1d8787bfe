--[[ Part of observe.lua: counts of events in sliding windows.

A text holds windows one after another: 6 id, 6 span, 2 number, instants of 6 bytes, the oldest first. `texts` has them
by their field of the ring or their key, there without the 6 bytes in front that say until when they matter: those are
in `expires`.
]]
local changed_fields, changed_keys = {}, {}

local function text_of(name)
  local text = texts[name]
  if not text then
    local row = rows_of[name]
    text = newest[row] or middle[row] or oldest[row] or ''
    texts[name] = text
  end
  return text
end

local function keep(name, text, span)
  texts[name] = text
  if expires[name] then
    expires[name] = math.max(expires[name], now + span)
    changed_keys[name] = true
  else
    changed_fields[name] = true
  end
end

local function place_of(text, spec)
  local at, size = 1, #text
  while at < size do
    local high, low = byte(text, at + 12, at + 13)
    local number = high * 256 + low
    if sub(text, at, at + 11) == spec then
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
  return table.concat(live)
end

local function shifted(text, first, number, ahead)
  local moved = {}
  for i = 1, number do
    moved[i] = pack('>I6', math.max(0, unpack_at('>I6', text, first + (i - 1) * 6) - ahead))
  end
  return sub(text, 1, first - 1) .. table.concat(moved) .. sub(text, first + number * 6)
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

local function bump(name, window, counts)
  local spec, cap = window[1], window[3]
  local text = text_of(name)
  local at, number = place_of(text, spec)
  if not at then
    if not counts then
      return 0
    end
    keep(name, without_dead(text) .. spec .. '\0\1' .. now6, window[2])
    return 1
  end
  local first = at + 14
  local after = first + number * 6
  local ahead = unpack_at('>I6', text, after - 6) - now
  if ahead > 0 then
    text = shifted(text, first, number, ahead)
    keep(name, text, window[2])
  end
  local dead = 0
  if unpack_at('>I6', text, first) <= window[6] then
    dead = dead_among(text, first, number, window[6])
  end
  local count = number - dead
  if not counts then
    return math.min(cap, count)
  end
  count = math.min(cap, count + 1)
  local slot = spec .. char(floor(count / 256), count % 256) .. sub(text, after - (count - 1) * 6, after - 1) .. now6
  if at > 1 then
    slot = sub(text, 1, at - 1) .. slot
  end
  if after <= #text then
    slot = slot .. sub(text, after)
  end
  keep(name, slot, window[2])
  return count
end
