--[[ Part of observe.lua: what is known of the member besides counts.

When it last spoke is kept as a window of one instant. Its standing holds records of 1 kind, 8 id, 6 until, 4 length,
payload; see standing.lua.
]]
local SILENCE_KEPT = 400 * 86400000
local LAST_SEEN = '\0\0\0\0\0\0' .. pack('>I6', SILENCE_KEPT)
local function last_seen(key, spoke)
  local text = texts[key]
  local at = window_in(text, LAST_SEEN)
  local seen = at and min(now, (unpack_at('>I6', text, at + 14))) or 0
  if spoke then
    at = at or #text + 1
    keep(key, sub(text, 1, at - 1) .. LAST_SEEN .. '\0\1' .. now6 .. sub(text, at + 20), SILENCE_KEPT)
  end
  return seen > now - SILENCE_KEPT and seen or 0
end

local function record(text, kind, id)
  local at = 1
  while at < #text do
    local length, first = unpack_at('>I4', text, at + 15)
    if sub(text, at, at) == kind and sub(text, at + 1, at + 8) == id then
      return sub(text, first, first + length - 1)
    end
    at = first + length
  end
end

local function strikes(text, id, forget)
  local entries = record(text, 'L', id)
  local sum = 0
  for at = 13, entries and #entries or 0, 25 do
    local instant, weight = unpack_at('>I6I4', entries, at)
    if forget == 0 or instant > now - forget then
      sum = sum + weight
    end
  end
  return sum
end

local function facts_of(event, form, edit)
  local before, spoke = event[3], form.spoke and not edit and not looking
  local seen = 0
  if spoke or form.silence then
    seen = last_seen(string_at(before + form.long), spoke)
  end
  local text = form.standing and texts[string_at(before + form.strings)] or ''
  if seen == 0 and text == '' then
    return false
  end
  local muted = record(text, 'M', '\0\0\0\0\0\0\0\0')
  local until_ = muted and unpack_at('>I6', muted, 1) or 0
  local facts = { pack('>I6I6', form.mute and until_ > now and until_ or 0, form.silence and seen or 0) }
  for i = 1, form.ladders do
    local id, forget = unpack_at('>c8I6', form.packed, form.ladders_at + (i - 1) * 14)
    facts[i + 1] = pack('>I4', strikes(text, id, forget))
  end
  return concat(facts)
end
